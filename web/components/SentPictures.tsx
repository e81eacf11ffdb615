import { useEffect, useState } from "preact/hooks";
import type { MessageImage } from "../../src/contract/hmi-schemas.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import type { ShownMessage } from "../chat-state.ts";
import type { HmiConnection } from "../hmi-connection.ts";
import { dataUrlOf } from "../picture-file.ts";
import { Dialog } from "./Dialog.tsx";
import { DialogFooter } from "./DialogFooter.tsx";

interface SentPicturesProps {
  readonly message: ShownMessage;
  readonly connection: HmiConnection;
}

/** The pictures of a message, small; pressed, one is shown as it was sent. */
export function SentPictures({ message: { images, pictures = [] }, connection }: SentPicturesProps) {
  if (pictures.length > 0) {
    return (
      <div class="sent-pictures">
        {pictures.map(({ url, name }) => (
          <PictureButton key={url} url={url} label={name} />
        ))}
      </div>
    );
  }
  if (images.length === 0) return null;
  return (
    <div class="sent-pictures">
      {images.map((image, index) => (
        <StoredPicture
          key={image.image_id}
          image={image}
          label={`Picture ${index + 1}`}
          connection={connection}
        />
      ))}
    </div>
  );
}

interface StoredPictureProps {
  readonly image: MessageImage;
  readonly label: string;
  readonly connection: HmiConnection;
}

function StoredPicture({ image, label, connection }: StoredPictureProps) {
  const path = hmiRoutes.image.path({ image_id: image.image_id });
  const isOpen = connection.token === "";
  const [url, setUrl] = useState(isOpen ? path : undefined);
  useEffect(() => {
    if (isOpen) return;
    // A picture's own request carries no token.
    void connection
      .request(path)
      .then(async (response) => setUrl(await dataUrlOf(await response.blob())))
      // Its words stand in its place.
      .catch(() => undefined);
  }, [connection, path, isOpen]);
  return <PictureButton url={url} label={label} />;
}

/** `url` is undefined until it is known: then its words stand in its place. */
function PictureButton({ url, label }: { readonly url: string | undefined; readonly label: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" title="Show as it was sent" onClick={() => setOpen(true)}>
        <img src={url} alt={label} loading="lazy" />
      </button>
      {isOpen && (
        <Dialog title={label} onClose={() => setOpen(false)}>
          {(close) => (
            <>
              <img class="as-sent" src={url} alt={label} />
              <DialogFooter close={close} />
            </>
          )}
        </Dialog>
      )}
    </>
  );
}
