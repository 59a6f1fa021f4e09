// The tablet lies before a window all day: say when it has lost the house, and when it has it again.
const offline = document.getElementById("offline");

for (const lost of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(lost, () => { offline.hidden = false; });
}
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) offline.hidden = true;
});
