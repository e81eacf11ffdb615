/** The longest text that is read, in bytes: what is longer passes, and is not written down. */
const MOST_BYTES = 4 * 1024 * 1024;

const TEXT = 0x1;
const GOES_ON = 0x0;
const CLOSE = 0x8;

/** How many bytes tell the size of what follows, by the short size that stands before them. */
const SIZE_BYTES: ReadonlyMap<number, number> = new Map([
  [126, 2],
  [127, 8],
]);
const MASK_BYTES = 4;

/** Reads what passes in one direction of a WebSocket (RFC 6455), however its bytes are cut. */
export class WebSocketFrames {
  readonly #onText: (text: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);
  /** Of a text that comes in several frames; undefined between texts, and in what is no text. */
  #text: Buffer[] | undefined;
  /** Once it is no longer known where a frame begins. */
  #isLost = false;
  #isClosing = false;
  readonly #losesText: ((text: Buffer) => boolean) | undefined;

  /**
   * @param onText told of each whole text, unmasked
   * @param losesText whether a text does not pass
   */
  constructor(onText: (text: Buffer) => void, losesText?: (text: Buffer) => boolean) {
    this.#onText = onText;
    this.#losesText = losesText;
  }

  /** Whether this side has said that it closes. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Takes what comes, and gives what passes: the same, or, where texts may be lost, the frames that are whole by now without those. */
  take(bytes: Buffer): Buffer {
    if (this.#isLost) return bytes;
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const passing: Buffer[] = [];
    for (let frame = this.#takeFrame(); frame !== undefined; frame = this.#takeFrame()) {
      if (frame.passes) passing.push(this.#rest.subarray(0, frame.length));
      this.#rest = this.#rest.subarray(frame.length);
    }
    if (this.#rest.length > MOST_BYTES) this.#isLost = true;
    if (this.#isLost) {
      passing.push(this.#rest);
      this.#rest = Buffer.alloc(0);
    }
    return this.#losesText === undefined ? bytes : Buffer.concat(passing);
  }

  /** Reads the frame at the beginning; undefined while it is not whole. */
  #takeFrame(): { readonly length: number; readonly passes: boolean } | undefined {
    const bytes = this.#rest;
    if (bytes.length < 2) return undefined;
    const [first = 0, second = 0] = bytes;
    const short = second & 0x7f;
    const sizeBytes = SIZE_BYTES.get(short) ?? 0;
    const maskAt = 2 + sizeBytes;
    const start = maskAt + (second & 0x80 ? MASK_BYTES : 0);
    if (bytes.length < start) return undefined;
    const size = sizeBytes === 0 ? short : Number(`0x${bytes.toString("hex", 2, maskAt)}`);
    if (size > MOST_BYTES) this.#isLost = true;
    if (this.#isLost || bytes.length < start + size) return undefined;
    const payload = unmasked(bytes.subarray(start, start + size), bytes.subarray(maskAt, start));
    const [opcode, isLast] = [first & 0x0f, (first & 0x80) !== 0];
    const isWholeText = opcode === TEXT && isLast;
    const passes = !(isWholeText && this.#losesText?.(payload) === true);
    this.#takePayload(opcode, payload, isLast);
    return { length: start + size, passes };
  }

  #takePayload(opcode: number, payload: Buffer, isLast: boolean): void {
    if (opcode === CLOSE) this.#isClosing = true;
    if (opcode > 0x7) return;
    if (opcode !== GOES_ON) this.#text = opcode === TEXT ? [] : undefined;
    this.#text?.push(payload);
    if (!isLast || this.#text === undefined) return;
    this.#onText(Buffer.concat(this.#text));
    this.#text = undefined;
  }
}

/** A payload as it was meant; without a mask, as a server sends it, it is that already. */
function unmasked(payload: Buffer, mask: Buffer): Buffer {
  if (mask.length === 0) return Buffer.from(payload);
  return Buffer.from(payload.map((byte, index) => byte ^ (mask[index % MASK_BYTES] ?? 0)));
}
