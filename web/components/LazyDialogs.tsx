import { useEffect } from "preact/hooks";
import type { ChatController } from "../chat-controller.ts";
import { lazyImport, useLazyImport } from "../lazy-import.ts";
import type { DialogsProps } from "./Dialogs.tsx";
import type { MessageEditorProps } from "./MessageEditor.tsx";
import type { ServicePanelProps } from "./ServicePanel.tsx";

const script = lazyImport(() => import("./Dialogs.tsx"));

/** How long after the first paint they are loaded, in milliseconds: before anybody opens one, and after all that is seen. */
const LOADED_AFTER_MS = 300;

/** The dialogs, whose script is not the first paint's. */
export function LazyDialogs(props: DialogsProps) {
  const dialogs = useLazyImport(script);
  return dialogs === undefined ? null : <dialogs.Dialogs {...props} />;
}

/** What the services' lights tell when they are pressed; it comes with the dialogs. */
export function LazyServicePanel(props: ServicePanelProps) {
  const dialogs = useLazyImport(script);
  return dialogs === undefined ? null : <dialogs.ServicePanel {...props} />;
}

/** Where a message is written anew; it comes with the dialogs. */
export function LazyMessageEditor(props: MessageEditorProps) {
  const dialogs = useLazyImport(script);
  return dialogs === undefined ? null : <dialogs.MessageEditor {...props} />;
}

/** Takes files into the next message; what does so comes with the dialogs. */
export async function attachFilesLazily(chat: ChatController, files: readonly File[]): Promise<void> {
  const dialogs = await script.load();
  if (dialogs !== undefined) return await dialogs.attachFiles(chat, files);
  const message = "The files were not taken: the HMI does not answer. Try again, or reload the page.";
  chat.dispatch({ type: "failed", problem: { message, retry: null } });
}

/** Loads them while nobody waits for them, so that they open at once, also while the HMI does not answer. */
export function useDialogsAhead(): void {
  useEffect(() => {
    const timer = setTimeout(() => void script.load(), LOADED_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
}
