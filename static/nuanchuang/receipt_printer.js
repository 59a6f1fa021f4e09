// Prints a receipt without leaving the page: it is loaded into a frame nobody sees.

function printPage(url, afterwards) {
  document.querySelector(".print-frame")?.remove();
  const frame = document.createElement("iframe");
  frame.className = "print-frame";
  frame.tabIndex = -1;
  frame.setAttribute("aria-hidden", "true");
  frame.addEventListener("load", async () => {
    const page = frame.contentWindow;
    if (page.location.href === "about:blank") return;
    await page.document.fonts?.ready;
    page.addEventListener("afterprint", () => afterwards?.());
    page.print();
    afterwards?.();
  });
  frame.src = url;
  document.body.append(frame);
}

/** Count one printing (a POST: every copy after the first says so), then print the page it leads to. False when nothing was printed. */
export async function printReceipt(url, afterwards) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  try {
    const response = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token }, credentials: "same-origin" });
    if (!response.ok) return false;
    printPage(response.url, afterwards);
    return true;
  } catch {
    return false; // no connection
  }
}
