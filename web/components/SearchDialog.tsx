import { useEffect, useRef, useState } from "preact/hooks";
import { LIMITS } from "../../src/contract/contract-defaults.ts";
import type { SearchResult } from "../../src/contract/hmi-schemas.ts";
import type { ChatController } from "../chat-controller.ts";
import { titleOf } from "../chat-selectors.ts";
import { pageProblemOf } from "../page-problem.ts";
import { Dialog } from "./Dialog.tsx";
import { IconButton } from "./IconButton.tsx";

/** How long nothing is typed before it is looked for, in milliseconds. */
const PAUSE_MS = 150;

interface SearchDialogProps {
  readonly chat: ChatController;
  /** Told which place was chosen. */
  readonly onChoose: (place: SearchResult) => void;
  readonly onClose: () => void;
}

/** Looks for words in all conversations. Arrows lead through what is found, Enter opens it. */
export function SearchDialog({ chat, onChoose, onClose }: SearchDialogProps) {
  const [query, setQuery] = useState("");
  const { results, words } = useResults(chat, query);
  const panel = useRef<HTMLDivElement>(null);
  return (
    <Dialog title="Search" onClose={onClose}>
      {(close) => {
        const choose = (place: SearchResult | undefined): void => {
          if (place === undefined) return;
          close();
          onChoose(place);
        };
        const onKeyDown = (event: KeyboardEvent): void => {
          moveBetween(panel.current, event);
          if (event.key !== "Escape" || event.isComposing) return;
          // The field would take the first one to empty itself.
          event.preventDefault();
          close();
        };
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the keys are a way beside Tab and the buttons.
          <div class="search" ref={panel} onKeyDown={onKeyDown}>
            <form
              onSubmit={(event) => {
                event.preventDefault();
                choose(results[0]);
              }}
            >
              <input
                type="search"
                aria-label="Search conversations"
                placeholder="Words, or “a phrase in quotation marks”"
                autocomplete="off"
                maxLength={LIMITS.searchChars}
                value={query}
                onInput={(event) => setQuery(event.currentTarget.value)}
              />
              <IconButton icon="close" label="Close" onClick={close} />
            </form>
            <p class="note" role="status">
              {words}
            </p>
            <ul aria-label="Found">
              {results.map((place) => (
                <li key={`${place.session.session_id} ${place.message_id}`}>
                  <button type="button" onClick={() => choose(place)}>
                    <span class="title" dir="auto">
                      {place.message_id === null ? <Marked place={place} /> : titleOf(place.session)}
                      {place.session.archived && " (archived)"}
                    </span>
                    {place.message_id !== null && (
                      <span class="excerpt" dir="auto">
                        <Marked place={place} />
                      </span>
                    )}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        );
      }}
    </Dialog>
  );
}

/** The arrows lead from the field to what was found, and through it. */
function moveBetween(panel: HTMLElement | null, event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || event.isComposing || panel === null) return;
  const stops = [...panel.querySelectorAll<HTMLElement>("input, li button")];
  const at = (stops as (Element | null)[]).indexOf(document.activeElement);
  stops[(at + step + stops.length) % stops.length]?.focus();
  event.preventDefault();
}

/** The excerpt, with what was looked for marked. */
function Marked({ place: { excerpt, matches } }: { readonly place: SearchResult }) {
  let end = 0;
  const pieces = matches.flatMap(([from, to]) => {
    const before = excerpt.slice(end, from);
    end = to;
    return [before, <mark key={from}>{excerpt.slice(from, to)}</mark>];
  });
  return (
    <>
      {pieces}
      {excerpt.slice(end)}
    </>
  );
}

interface Results {
  readonly results: readonly SearchResult[];
  /** How many there are, or what is wrong. */
  readonly words: string;
}

const NOTHING: Results = { results: [], words: "" };

function useResults(chat: ChatController, query: string): Results {
  const [found, setFound] = useState(NOTHING);
  useEffect(() => {
    if (query.trim() === "") {
      setFound(NOTHING);
      return undefined;
    }
    let isWanted = true;
    const look = async (): Promise<void> => {
      const next = await search(chat, query);
      if (isWanted) setFound(next);
    };
    const timer = setTimeout(() => void look(), PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [chat, query]);
  return found;
}

async function search(chat: ChatController, query: string): Promise<Results> {
  try {
    const { results, has_more } = await chat.search(query);
    const count = results.length;
    const words = count === 0 ? "Nothing was found." : `${count}${has_more ? " of more" : ""} found`;
    return { results, words };
  } catch (error) {
    return { results: [], words: pageProblemOf(error, null).message };
  }
}
