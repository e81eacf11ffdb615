/** Said beside a claim that holds although a reply's text was not stored as it was streamed. */
export const TEXT_JUDGED_ELSEWHERE =
  "its text is not stored as it was streamed, which persistence/complete judges";
