import { useEffect, useState } from "preact/hooks";
import type { MessageImage } from "../../src/contract/hmi.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import type { Connection } from "../connection.ts";
import { dataUrlOf } from "../picture-file.ts";
import type { ShownMessage } from "../state.ts";

interface SentPicturesProps {
  readonly message: ShownMessage;
  readonly connection: Connection;
}

/** The pictures of a message, small; pressed, one is shown as it was sent. */
export function SentPictures({ message: { images, pictures = [] }, connection }: SentPicturesProps) {
  if (pictures.length > 0) {
    return (
      <div class="sent-pictures">
        {pictures.map(({ url, name }) => (
          <img key={url} src={url} alt={name} />
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
  readonly connection: Connection;
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
  return <img src={url} alt={label} loading="lazy" />;
}
