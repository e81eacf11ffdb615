import type { ComponentChildren } from "preact";
import type { Chat } from "../chat-controller.ts";
import { download } from "../download.ts";

interface DownloadLinkProps {
  readonly chat: Chat;
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
        void download(chat, path, name);
      }}
    >
      {children}
    </a>
  );
}
