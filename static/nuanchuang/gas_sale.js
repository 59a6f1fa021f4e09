// Selling gas: the keys of the counter. Everything here also works as plain links and forms.

const sale = document.querySelector("[data-gas-sale]");

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) {
    event.preventDefault();
    document.querySelector("[data-back]").click();
  } else if (sale && event.altKey && /^Digit[1-9]$/.test(event.code)) {
    const method = sale.querySelectorAll("[name=method_1]")[Number(event.code.slice(5)) - 1];
    if (!method) return;
    event.preventDefault();
    method.checked = true;
    const needsReference = method.value !== "CASH";
    sale.querySelector(needsReference ? "#reference_1" : "#amount_1").focus();
  }
});
