import { useEffect, useRef, useState } from "preact/hooks";
import type { ImportRemark, ImportReport } from "../../src/contract/chat-export.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import type { ChatController } from "../chat-controller.ts";
import type { PageProblem } from "../chat-state.ts";
import { importFile } from "../import-file.ts";
import { importWords, remarkWords } from "../import-words.ts";
import { pageProblemOf } from "../page-problem.ts";
import { Dialog } from "./Dialog.tsx";
import { DialogFooter } from "./DialogFooter.tsx";
import { DownloadLink } from "./DownloadLink.tsx";

/** Where an import stands; the share of the file that has come is null until the first part has. */
type Import =
  | { readonly step: "none" }
  | { readonly step: "running"; readonly name: string; readonly share: number | null }
  | { readonly step: "done"; readonly name: string; readonly report: ImportReport }
  | { readonly step: "failed"; readonly name: string; readonly problem: PageProblem };

interface TransferDialogProps {
  readonly chat: ChatController;
  readonly onClose: () => void;
}

/** All conversations as a file, and files of conversations brought in. */
export function TransferDialog({ chat, onClose }: TransferDialogProps) {
  const [state, setState] = useState<Import>({ step: "none" });
  const input = useRef<HTMLInputElement>(null);
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const bring = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const { name } = file;
    const { signal } = stop.current;
    setState({ step: "running", name, share: null });
    const next = await imported(chat, file, signal, (share) => setState({ step: "running", name, share }));
    if (!signal.aborted) setState(next);
    await chat.refresh();
  };
  const isRunning = state.step === "running";
  return (
    <Dialog title="Export and import" onClose={onClose}>
      {(close) => (
        <div class="transfer">
          <h3>Export</h3>
          <p>
            All conversations with all versions, thoughts and pictures, archived ones too, and all profiles,
            as one file.
          </p>
          <p>
            <DownloadLink
              chat={chat}
              path={hmiRoutes.exportChats.path()}
              name={`chat-export-${today()}.json`}
            >
              Export everything
            </DownloadLink>
          </p>
          <h3>Import</h3>
          <p>
            What was exported here, or by Open WebUI. Conversations that are here already stay as they are,
            and nothing is sent to a model.
          </p>
          <input
            ref={input}
            type="file"
            accept=".json,.jsonl,.ndjson,application/json"
            hidden
            aria-label="File to import"
            onChange={({ currentTarget }) => {
              void bring(currentTarget.files?.[0]);
              // The same file can be chosen again.
              currentTarget.value = "";
            }}
          />
          <p>
            <button
              type="button"
              aria-disabled={isRunning}
              onClick={() => {
                // A disabled one would lose the focus.
                if (!isRunning) input.current?.click();
              }}
            >
              Import a file…
            </button>
          </p>
          {isRunning && (
            <progress aria-label={`Importing ${state.name}`} value={state.share ?? undefined} max={1} />
          )}
          <Outcome state={state} />
          <DialogFooter close={close} label={isRunning ? "Stop and close" : "Close"} />
        </div>
      )}
    </Dialog>
  );
}

async function imported(
  chat: ChatController,
  file: File,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<Import> {
  const { name } = file;
  try {
    const { connection } = chat;
    return { step: "done", name, report: await importFile(file, { connection, signal, onProgress }) };
  } catch (error) {
    if (signal.aborted) return { step: "none" };
    return { step: "failed", name, problem: pageProblemOf(error, null) };
  }
}

/** How it went, heard as it is seen. */
function Outcome({ state }: { readonly state: Import }) {
  return (
    <>
      <p role="status" dir="auto">
        {state.step === "running" && `Importing ${state.name} …`}
        {state.step === "done" && `${state.name}: ${importWords(state.report)}`}
      </p>
      {state.step === "failed" && (
        <p role="alert" class="trouble" dir="auto">
          {state.name}: {state.problem.message} {state.problem.hint}
        </p>
      )}
      {state.step === "done" && (
        <>
          <Remarks title="Refused" remarks={state.report.refused} />
          <Remarks title="Not as in the file" remarks={state.report.notes} />
        </>
      )}
    </>
  );
}

function Remarks({ title, remarks }: { readonly title: string; readonly remarks: readonly ImportRemark[] }) {
  if (remarks.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {remarks.map((remark) => (
          <li key={`${remark.place} ${remark.reason}`} dir="auto">
            {remarkWords(remark)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function today(): string {
  return new Date().toISOString().slice(0, "2026-12-31".length);
}
