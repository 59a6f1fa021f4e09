// Runs before the first paint: says that scripts work, and keeps the large-type switch of this machine.
(() => {
  const root = document.documentElement;
  const KEY = "nuanchuang.large-type";
  const remembered = () => {
    try {
      return localStorage.getItem(KEY) === "1";
    } catch {
      return false; // storage is switched off: the switch then lasts for one page
    }
  };

  root.classList.add("js");
  root.classList.toggle("large-type", remembered());

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-large-type]")) {
      const show = () => button.setAttribute("aria-pressed", String(root.classList.contains("large-type")));
      button.addEventListener("click", () => {
        const isLarge = root.classList.toggle("large-type");
        try {
          localStorage.setItem(KEY, isLarge ? "1" : "0");
        } catch {
          // as above
        }
        show();
      });
      show();
    }

    for (const button of document.querySelectorAll("[data-print]")) {
      button.addEventListener("click", () => window.print());
    }

    // An open menu closes with Esc or with a click elsewhere.
    document.addEventListener("click", (event) => {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        if (!menu.contains(event.target)) menu.open = false;
      }
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
        event.stopImmediatePropagation();
      }
    });
  });
})();
