/**
 * Puts a text into the clipboard. Browsers have `navigator.clipboard` for loopback addresses and https only; elsewhere,
 * as on plain http in a local network, a field is selected and copied. Rejects where the browser does neither.
 */
export async function copyToClipboard(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return await navigator.clipboard.writeText(text);
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "unseen";
  // In a dialog that is open nothing outside it can have the focus.
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  // There is no other way without `navigator.clipboard`.
  const isCopied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  if (!isCopied) throw new Error("The browser does not let the page copy.");
}
