// The administration follows the theme chosen in the product. Before anything is drawn; a plain script, not a module.
(() => {
  const chosen = document.cookie.match(/(?:^|; )bg_theme=(light|dark|system)/)?.[1];
  if (chosen) localStorage.setItem("_x_adminTheme", JSON.stringify(chosen === "system" ? "auto" : chosen));
})();
