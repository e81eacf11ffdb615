import type { ComponentChildren } from "preact";
import type { ChatController } from "../chat-controller.ts";
import { downloadFile } from "../download.ts";

interface DownloadLinkProps {
  readonly chat: ChatController;
  /** Of the HMI. */
  readonly path: string;
  /** The file's name. */
  readonly name: string;
  readonly onChoose?: () => void;
  readonly children: ComponentChildren;
}

/** A link that saves what the HMI has at a path as a file. */
export function DownloadLink({ chat, path, name, onChoose, children }: DownloadLinkProps) {
  return (
    <a
      href={path}
      download={name}
      onClick={(event) => {
        onChoose?.();
        if (chat.connection.token === "") return;
        // A link carries no header.
        event.preventDefault();
        void downloadFile(chat, path, name);
      }}
    >
      {children}
    </a>
  );
}
