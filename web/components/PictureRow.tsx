import type { AttachedPicture } from "../picture-file.ts";
import { IconButton } from "./IconButton.tsx";

interface PictureRowProps {
  readonly pictures: readonly AttachedPicture[];
  readonly onRemove: (picture: AttachedPicture) => void;
}

/** The pictures that go with the next message. */
export function PictureRow({ pictures, onRemove }: PictureRowProps) {
  if (pictures.length === 0) return null;
  return (
    <ul class="pictures" aria-label="Pictures of the next message">
      {pictures.map((picture) => (
        <li key={picture.url}>
          <img src={picture.url} alt={picture.name} title={picture.name} />
          <IconButton icon="close" label={`Remove ${picture.name}`} onClick={() => onRemove(picture)} />
        </li>
      ))}
    </ul>
  );
}
