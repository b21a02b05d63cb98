// Data of a static copy: the same answers as the server's, from files beside the page or from inside it.

/** The copy that this page is, or null where a server stands behind it. */
export function openCopy() {
  return null;
}
