// Data: the one place that asks the server. In a static copy another module stands in its place.

/** A refusal or an outage, with the sentence to show. `status` is 0 where no answer came. */
export class Refusal extends Error {
  constructor(message, status = 0, body = null) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/** GET `path` ("api/records?…"). */
export async function get(path) {
  return readAnswer(await reach(path));
}

export async function post(path, body) {
  const answer = await reach(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return readAnswer(answer);
}

/** The address of a picture or thumbnail as the server gave it. */
export function locate(address) {
  return address ? address.replace(/^\//, "") : null;
}

async function reach(path, options) {
  try {
    return await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Refusal("The inspector does not answer. Is `datagen view` still running?");
  }
}

async function readAnswer(answer) {
  let body = null;
  try {
    body = await answer.json();
  } catch {
    // An answer without JSON has a status to tell.
  }
  if (answer.ok && body !== null) return body;
  throw new Refusal(body?.error || `The inspector answered with status ${answer.status}.`, answer.status, body);
}
