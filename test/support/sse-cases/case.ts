/** A byte case of a public suite: what a reader must make of these bytes, however they are cut. */
export interface SseCase {
  /** The rule that it holds a reader to. */
  readonly name: string;
  /** Its public counterpart: a file of the suite, and what the case is called in there. */
  readonly of: string;
  /** The stream, in the pieces in which the public case sends it. */
  readonly pieces: readonly string[];
  readonly messages: readonly ExpectedMessage[];
  /** Left out where the public case does not look at comments. */
  readonly comments?: readonly string[];
}

/** What is left out is as it is by default: no id so far, and the type `message`. */
export interface ExpectedMessage {
  readonly data: string;
  readonly id?: string;
  readonly event?: string;
}

/** A public case that does not apply to a reader of ours, and why. */
export interface SkippedCase {
  readonly of: string;
  readonly reason: string;
}

/** Ways to cut the bytes of a case: as its pieces come, one byte and two bytes at a time. */
export const CUTS = ["in its own pieces", "1 byte at a time", "2 bytes at a time"] as const;

/** Larger ones come in their own pieces only, as in the public suites. */
const LARGE_BYTES = 64 * 1024;

/** The bytes of a case, cut in that way. */
export function cutCase({ pieces }: SseCase, how: (typeof CUTS)[number]): Buffer[] {
  const whole = Buffer.from(pieces.join(""));
  if (how === "in its own pieces" || whole.length > LARGE_BYTES)
    return pieces.map((piece) => Buffer.from(piece));
  const size = Number.parseInt(how, 10);
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
    whole.subarray(index * size, (index + 1) * size),
  );
}

/** The messages of a case with everything that it leaves out. */
export function expectedOf({ messages }: SseCase): Required<ExpectedMessage>[] {
  return messages.map((message) => ({ id: "", event: "message", ...message }));
}
