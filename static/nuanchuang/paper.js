// Roll paper has no page length: cut the sheet where the text ends. Runs in every printed page.

const MM_PER_PX = 25.4 / 96;

if (document.body.classList.contains("paper-80mm")) {
  const sheet = document.querySelector(".sheet");
  const roll = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, roll];
  const cut = () => {
    const height = Math.ceil(sheet.getBoundingClientRect().height * MM_PER_PX) + 1;
    roll.replaceSync(`@page roll { size: 80mm ${Math.max(height, 81)}mm; margin: 0 }`);
  };
  cut();
  addEventListener("load", cut);
  addEventListener("beforeprint", cut);
}
