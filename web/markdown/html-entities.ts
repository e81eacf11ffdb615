/** `&name;`, `&#123;` or `&#x7b;`. */
const REFERENCE = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-zA-Z][a-zA-Z\d]{1,31}));/g;

const REPLACEMENT = "\uFFFD";

/** The names that people and models write; HTML's other two thousand stay as they are. */
const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00A0", shy: "\u00AD" },
    ...{ ensp: "\u2002", emsp: "\u2003", thinsp: "\u2009", ndash: "\u2013", mdash: "\u2014" },
    ...{ lsquo: "‘", rsquo: "’", sbquo: "‚", ldquo: "“", rdquo: "”", bdquo: "„", laquo: "«", raquo: "»" },
    ...{ lsaquo: "‹", rsaquo: "›", hellip: "…", bull: "•", middot: "·", prime: "′", Prime: "″" },
    ...{ iexcl: "¡", iquest: "¿", sect: "§", para: "¶", dagger: "†", Dagger: "‡", permil: "‰" },
    ...{ copy: "©", reg: "®", trade: "™", deg: "°", ordf: "ª", ordm: "º", micro: "µ" },
    ...{ cent: "¢", pound: "£", yen: "¥", euro: "€", curren: "¤" },
    ...{ sup1: "¹", sup2: "²", sup3: "³", frac12: "½", frac14: "¼", frac34: "¾" },
    ...{ plusmn: "±", times: "×", divide: "÷", minus: "−", radic: "√", infin: "∞" },
    ...{ ne: "≠", le: "≤", ge: "≥", asymp: "≈", equiv: "≡", prop: "∝", not: "¬" },
    ...{ sum: "∑", prod: "∏", int: "∫", part: "∂", nabla: "∇" },
    ...{ isin: "∈", notin: "∉", sub: "⊂", sup: "⊃", cap: "∩", cup: "∪", empty: "∅", forall: "∀", exist: "∃" },
    ...{ and: "∧", or: "∨", larr: "←", uarr: "↑", rarr: "→", darr: "↓", harr: "↔", lArr: "⇐", rArr: "⇒" },
    ...{ hArr: "⇔", check: "✓", cross: "✗", alpha: "α", beta: "β", gamma: "γ", delta: "δ", Delta: "Δ" },
    ...{ epsilon: "ε", theta: "θ", lambda: "λ", mu: "μ", pi: "π", rho: "ρ", sigma: "σ", Sigma: "Σ" },
    ...{ tau: "τ", phi: "φ", omega: "ω", Omega: "Ω", lbrace: "{", rbrace: "}", lbrack: "[", rbrack: "]" },
    ...{ lpar: "(", rpar: ")", vert: "|", ast: "*", lowbar: "_", grave: "`", num: "#", bsol: "\\" },
    ...{ colon: ":", Tab: "\t", NewLine: "\n" },
  }),
);

/** The text with HTML's character references replaced by what they stand for. */
export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(REFERENCE, (reference, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED.get(name) ?? reference;
    return characterOf(decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal));
  });
}

function characterOf(code: number): string {
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return code === 0 || code > 0x10ffff || isSurrogate ? REPLACEMENT : String.fromCodePoint(code);
}
