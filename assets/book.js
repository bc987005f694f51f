// Small repairs of the site's behaviour.

// The theme follows the reader's system until the reader chooses; say so to scripts that ask.
if (!document.documentElement.dataset.mode) {
  document.documentElement.dataset.mode = "auto";
}
