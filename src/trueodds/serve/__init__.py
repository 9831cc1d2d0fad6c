"""Models behind HTTP: a plain way, the Open Inference Protocol, a page, and what is measured."""
