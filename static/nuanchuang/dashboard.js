// The dashboard draws its hours and fetches its figures again, as long as somebody looks at it.

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
let chart = null;

function figures() {
  const data = document.getElementById("dash-hours-data");
  return data ? JSON.parse(data.textContent) : null;
}

function draw() {
  const canvas = document.querySelector("[data-dash-chart]");
  const data = figures();
  if (!canvas || !data) return;
  const columns = data.today.map(Number);
  const line = data.before.map(Number);
  if (chart && chart.canvas === canvas) {
    chart.data.labels = data.hours;
    chart.data.datasets[0].data = columns;
    chart.data.datasets[1].data = line;
    chart.update("none");
    return;
  }
  chart?.destroy();
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 12;
  Chart.defaults.color = colour("--nc-ink-soft");
  chart = new Chart(canvas, {
    data: {
      labels: data.hours,
      datasets: [
        { type: "bar", data: columns, backgroundColor: colour("--nc-accent"), borderRadius: 3, order: 2 },
        {
          type: "line",
          data: line,
          borderColor: colour("--nc-wait-mark"),
          backgroundColor: colour("--nc-wait-mark"),
          borderWidth: 2,
          pointRadius: 2,
          tension: 0.3,
          order: 1,
        },
      ],
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      plugins: { legend: { display: false } },
      scales: {
        x: { grid: { display: false } },
        y: { beginAtZero: true, grid: { color: colour("--nc-line") }, ticks: { maxTicksLimit: 5 } },
      },
    },
  });
}

// A hidden tab asks for nothing; shown again, it asks at once.
function refreshWhileSeen(part) {
  const every = Number(part.dataset.every) * 1000;
  let asked = Date.now();
  const ask = () => {
    if (document.hidden || Date.now() - asked < every) return;
    asked = Date.now();
    htmx.trigger(part, "refresh");
  };
  setInterval(ask, 1000);
  document.addEventListener("visibilitychange", ask);
}

document.querySelectorAll("[data-every]").forEach(refreshWhileSeen);
document.addEventListener("htmx:afterSettle", draw);
const offline = document.querySelector("[data-dash-offline]");
for (const [event, isOffline] of [["htmx:afterOnLoad", false], ["htmx:sendError", true], ["htmx:responseError", true], ["htmx:timeout", true]]) {
  document.addEventListener(event, () => {
    if (offline) offline.hidden = !isOffline;
  });
}
draw();
