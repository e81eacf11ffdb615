import { useEffect, useRef, useState } from "preact/hooks";

/** Calls with the files that are dropped anywhere on the page; true while some are held over it. */
export function useDroppedFiles(onFiles: (files: readonly File[]) => void): boolean {
  const [isOver, setOver] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const withFiles =
      (handle: (event: DragEvent) => void) =>
      (event: DragEvent): void => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        // A browser would leave the page for the file.
        event.preventDefault();
        handle(event);
      };
    const onDragOver = withFiles(() => setOver(true));
    const onDragLeave = withFiles(({ relatedTarget }) => {
      if (relatedTarget === null) setOver(false);
    });
    const onDrop = withFiles(({ dataTransfer }) => {
      setOver(false);
      latest.current([...(dataTransfer?.files ?? [])]);
    });
    document.addEventListener("dragover", onDragOver);
    document.addEventListener("dragleave", onDragLeave);
    document.addEventListener("drop", onDrop);
    return () => {
      document.removeEventListener("dragover", onDragOver);
      document.removeEventListener("dragleave", onDragLeave);
      document.removeEventListener("drop", onDrop);
    };
  }, []);
  return isOver;
}
