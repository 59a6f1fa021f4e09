// The kiosk prints the number by itself, once: Chrome in kiosk mode does not ask.
const printed = `printed ${window.location.search}`;
if (!sessionStorage.getItem(printed)) {
  sessionStorage.setItem(printed, "1");
  window.print();
}
