import { Component, type ComponentChild, type FunctionComponent, h } from "preact";

/**
 * The component, drawn again only where one of its props is another than before. Not by `useMemo` around elements:
 * Preact copies elements that it meets again, and those that were kept hold on to the whole page of the moment when
 * they were made, with every text that it showed.
 */
export function memo<Props extends object>(Inner: FunctionComponent<Props>): FunctionComponent<Props> {
  class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      return differ(this.props, next) || differ(next, this.props);
    }

    override render(props: Props): ComponentChild {
      return h(Inner, props);
    }
  }
  // Preact calls a class where it would call a function; nobody else does.
  return Memo as unknown as FunctionComponent<Props>;
}

function differ(props: object, others: object): boolean {
  const values: Readonly<Record<string, unknown>> = { ...others };
  return Object.entries(props).some(([name, value]) => value !== values[name]);
}
