import { type ContainerNode, h, render } from "preact";
import { Markdown } from "../../../web/markdown/Markdown.ts";
import { provideWorker } from "./worker-thread.ts";

provideWorker();

/** An element as Preact made it, in a document that is no more than the calls Preact needs. */
export class PageElement {
  readonly nodeType = 1;
  readonly childNodes: (PageElement | PageText)[] = [];
  readonly attributes = new Map<string, unknown>();
  readonly listeners = new Map<string, (event: object) => void>();
  parentNode: PageElement | null = null;
  readonly localName: string;
  readonly ownerDocument = {
    createElementNS: (_: string, name: string) => new PageElement(name),
    createTextNode: (data: unknown) => new PageText(String(data)),
  };

  constructor(localName: string) {
    this.localName = localName;
  }

  get firstChild(): PageElement | PageText | null {
    return this.childNodes[0] ?? null;
  }

  get nextSibling(): PageElement | PageText | null {
    return siblingOf(this);
  }

  insertBefore(node: PageElement | PageText, before: PageElement | PageText | null): void {
    node.remove();
    this.childNodes.splice(
      before === null ? this.childNodes.length : this.childNodes.indexOf(before),
      0,
      node,
    );
    node.parentNode = this;
  }

  remove(): void {
    removed(this);
  }

  setAttribute(name: string, value: unknown): void {
    this.attributes.set(name, value);
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  addEventListener(type: string, listener: (event: object) => void): void {
    this.listeners.set(type, listener);
  }

  get textContent(): string {
    return this.childNodes.map((node) => (node instanceof PageText ? node.data : node.textContent)).join("");
  }

  /** The elements of a name inside this one, or all of them. */
  all(name?: string): PageElement[] {
    const inside = this.childNodes.flatMap((node) =>
      node instanceof PageElement ? [node, ...node.all()] : [],
    );
    return name === undefined ? inside : inside.filter(({ localName }) => localName === name);
  }

  /** As HTML, without what every link and every paragraph has. */
  get html(): string {
    return this.childNodes
      .map((node) => (node instanceof PageText ? escaped(node.data) : tagged(node)))
      .join("");
  }
}

class PageText {
  readonly nodeType = 3;
  parentNode: PageElement | null = null;
  data: string;

  constructor(data: string) {
    this.data = data;
  }

  get nextSibling(): PageElement | PageText | null {
    return siblingOf(this);
  }

  remove(): void {
    removed(this);
  }
}

/** A page with the Markdown on it, and what draws another state of it there. */
export function pageOf(content: string, streaming = false): PageElement & { draw: typeof draw } {
  const page = new PageElement("main");
  const draw = (content: string, streaming = false): void =>
    render(h(Markdown, { content, streaming }), page as unknown as ContainerNode);
  draw(content, streaming);
  return Object.assign(page, { draw });
}

declare function draw(content: string, streaming?: boolean): void;

/** The Markdown as HTML. */
export function htmlOf(content: string): string {
  return pageOf(content).html;
}

function siblingOf(node: PageElement | PageText): PageElement | PageText | null {
  const siblings = node.parentNode?.childNodes ?? [];
  return siblings[siblings.indexOf(node) + 1] ?? null;
}

function removed(node: PageElement | PageText): void {
  const siblings = node.parentNode?.childNodes;
  siblings?.splice(siblings.indexOf(node), 1);
  node.parentNode = null;
}

function tagged(element: PageElement): string {
  const shown = [...element.attributes].filter(
    ([name]) => !["dir", "rel", "target", "tabIndex"].includes(name),
  );
  const attributes = shown
    .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${value}"`))
    .join("");
  const end = element.childNodes.length === 0 ? "" : `${element.html}</${element.localName}>`;
  return `<${element.localName}${attributes}>${end}`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
