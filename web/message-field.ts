/** The id of the field that a message is written in. */
export const MESSAGE_ID = "message";

/** Puts the cursor where a message is written. */
export function focusMessage(): void {
  document.getElementById(MESSAGE_ID)?.focus();
}

/** Opens the last message that can be edited, as its own button does. */
export function editLastMessage(): void {
  const buttons = document.querySelectorAll<HTMLElement>(".message.user .actions button");
  [...buttons].at(-1)?.click();
}

/** The same where nobody asked for it: on a touch screen it would bring up the keyboard. */
export function offerMessage(): void {
  if (matchMedia("(pointer: fine)").matches) focusMessage();
}
