"""Visual instruction data from COCO captions and boxes; see ARCHITECTURE.md beside this file."""

__version__ = "0.1.0"
