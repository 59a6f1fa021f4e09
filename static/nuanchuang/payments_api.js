// What the counter says to the server about payments, and the few things the server can have meant.

const TIMEOUT_MS = 8000;

async function ask(url, options, patience = new AbortController()) {
  const timer = setTimeout(() => patience.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      ...options,
      credentials: "same-origin",
      cache: "no-store",
      signal: patience.signal,
      headers: { Accept: "application/json", "Content-Type": "application/json", ...options.headers },
    });
    const isJson = response.headers.get("Content-Type")?.includes("json");
    return { status: response.status, body: isJson ? await response.json() : null };
  } finally {
    clearTimeout(timer);
  }
}

function post(url, body, patience) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  return ask(url, { method: "POST", body: JSON.stringify(body), headers: { "X-CSRFToken": token } }, patience);
}

/** {kind: "taken" | "refused" | "unknown", answer}. A lost or broken reply is "unknown": it says nothing about the money. */
export async function sendPayment(url, body) {
  try {
    const { status, body: answer } = await post(url, body);
    if ((status === 200 || status === 201) && answer) return { kind: "taken", answer };
    const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 409 && answer;
    // A form that was used before with other content was taken before: ask which payment that was.
    if (isRefusal && answer.code !== "form_reused") return { kind: "refused", answer };
  } catch {
    // no connection, no answer in time, or an answer cut short
  }
  return { kind: "unknown" };
}

/** {kind: "taken" | "absent" | "refused" | "unknown", answer}. Only a 404 in JSON is the payments address speaking. */
export async function findPayment(url, requestId) {
  try {
    const { status, body: answer } = await ask(`${url}${encodeURIComponent(requestId)}/`, { method: "GET" });
    if (status === 200 && answer) return { kind: "taken", answer };
    if (status === 404 && answer) return { kind: "absent" };
    if (status === 401 || status === 403) return { kind: "refused", answer };
  } catch {
    // as above
  }
  return { kind: "unknown" };
}

/** The preview, {refusal} for a 4xx, or null when there is no answer. */
export async function previewPayment(url, body, patience) {
  try {
    const { status, body: answer } = await post(url, body, patience);
    if (status === 200) return answer;
    if (status >= 400 && status < 500 && answer) return { refusal: answer };
  } catch {
    // as above
  }
  return null;
}
