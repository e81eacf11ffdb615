/** A picture that goes with a message. */
export interface AttachedPicture {
  /** Of the file, for people. */
  readonly name: string;
  /** `data:` URL. */
  readonly url: string;
}

/** Longest side that is sent, in pixels: models scale larger ones down themselves. */
const LONGEST_SIDE = 1568;

/** A file up to this size, in bytes, that is small enough and of a kind that every stack takes, is sent as it is. */
const SENT_AS_IT_IS = 1024 * 1024;

const TAKEN: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/webp"]);

/** Reads a picture, and makes it as small as a model needs it. Rejects where the browser cannot read it. */
export async function readPictureFile(file: File): Promise<AttachedPicture> {
  const bitmap = await createImageBitmap(file);
  try {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    const isTaken = scale === 1 && file.size <= SENT_AS_IT_IS && TAKEN.has(file.type);
    return { name: file.name, url: await dataUrlOf(isTaken ? file : await drawn(bitmap, scale)) };
  } finally {
    bitmap.close();
  }
}

/** The file as a `data:` URL: those are what the page's policy lets it show. */
export async function dataUrlOf(file: Blob): Promise<string> {
  return await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

async function drawn(bitmap: ImageBitmap, scale: number): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("The browser draws no pictures.");
  // A JPEG has no transparent parts; black ones would hide dark lines.
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve, reject) => {
    const done = (blob: Blob | null): void =>
      blob === null ? reject(new Error("It is empty.")) : resolve(blob);
    canvas.toBlob(done, "image/jpeg", 0.85);
  });
}
