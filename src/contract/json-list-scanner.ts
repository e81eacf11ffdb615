/**
 * Finds the elements of a JSON text's list as it comes, piece by piece: of the list that the text is, or of the one
 * that the field of this name is where the text is an object. It looks at brackets and strings alone; whether the
 * text is JSON is judged by who parses it.
 */
export class JsonListScanner {
  readonly #field: string;
  readonly #open: ("{" | "[")[] = [];
  #inString = false;
  #isEscaped = false;
  /** The string before this place, one level within an object that is the text. */
  #name = "";
  /** How many brackets are open within the list; 0 where it has not begun, or is over. */
  #listDepth = 0;
  /** What has come of an element, or of what stands around the list. */
  #text = "";
  #before = "";
  #isOver = false;

  /** `field` is the name of the list, where the text is an object. */
  constructor(field: string) {
    this.#field = field;
  }

  /** What stands around the list, once the text is over; undefined where there was none. */
  get frame(): { readonly before: string; readonly after: string } | undefined {
    return this.#isOver ? { before: this.#before, after: this.#text } : undefined;
  }

  /** The elements that are whole by now. */
  push(piece: string): string[] {
    const elements: string[] = [];
    let from = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const character = piece[at] ?? "";
      if (this.#inString) {
        this.#readString(character);
        continue;
      }
      // A comma of the list, or its end, ends an element.
      if (this.#isElementEnd(character)) {
        const element = (this.#text + piece.slice(from, at)).trim();
        if (element !== "") elements.push(element);
        this.#text = "";
        from = character === "," ? at + 1 : at;
      }
      if (this.#read(character)) {
        this.#before = this.#text + piece.slice(from, at + 1);
        this.#text = "";
        from = at + 1;
      }
    }
    this.#text += piece.slice(from);
    return elements;
  }

  #readString(character: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (character === "\\") this.#isEscaped = true;
    else if (character === '"') this.#inString = false;
    else if (this.#open.length === 1 && this.#name.length <= this.#field.length) this.#name += character;
  }

  #isElementEnd(character: string): boolean {
    return (
      this.#listDepth > 0 && this.#open.length === this.#listDepth && (character === "," || character === "]")
    );
  }

  /** Returns whether the list has begun with this character. */
  #read(character: string): boolean {
    if (character === '"') {
      this.#inString = true;
      this.#name = "";
    } else if (character === "{" || character === "[") {
      this.#open.push(character);
      return this.#beginsList(character);
    } else if (character === "}" || character === "]") {
      if (this.#open.length === this.#listDepth) this.#endList();
      this.#open.pop();
    }
    return false;
  }

  #beginsList(character: "{" | "["): boolean {
    if (character === "{" || this.#listDepth > 0 || this.#isOver) return false;
    const isText = this.#open.length === 1;
    const isField = this.#open.length === 2 && this.#open[0] === "{" && this.#name === this.#field;
    if (!isText && !isField) return false;
    this.#listDepth = this.#open.length;
    return true;
  }

  #endList(): void {
    this.#isOver = true;
    this.#listDepth = 0;
  }
}
