// The lobby board: htmx asks every second; this only lets a new call stand out, and says when the line is cut.

const clock = document.querySelector("[data-clock]");
const offline = document.querySelector("[data-offline]");
let shown = document.querySelector("[data-call]")?.dataset.call;

// The hall's time, whatever the screen believes.
const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: clock.dataset.zone });

function tick() {
  clock.textContent = time.format(new Date());
}

document.addEventListener("htmx:afterSettle", () => {
  const call = document.querySelector("[data-call]");
  if (call && call.dataset.call !== shown) call.classList.add("is-new");
  shown = call?.dataset.call;
});
document.addEventListener("htmx:afterRequest", (event) => {
  offline.hidden = event.detail.xhr.status >= 200 && event.detail.xhr.status < 400;
});
for (const kind of ["sendError", "timeout", "responseError"]) {
  document.addEventListener(`htmx:${kind}`, () => { offline.hidden = false; });
}

tick();
setInterval(tick, 1000);
