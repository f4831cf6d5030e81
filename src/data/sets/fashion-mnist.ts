// Fashion-MNIST: 70,000 small pictures of clothes, from Debian's folder, the user's, the cache folder or a mirror.
import type { Dataset } from "../dataset.ts";
import { type IdxRelease, loadIdxRelease, type MnistOptions } from "./mnist.ts";

const release: IdxRelease = {
  name: "fashion-mnist",
  mirrors: [
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
  ],
  // Those of the files whose MD5 the authors give; Debian's are the same but for the names in their gzip headers.
  sha256: {
    "train-images-idx3": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "train-labels-idx1": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "t10k-images-idx3": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "t10k-labels-idx1": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
  },
  classNames: [
    ...["T-shirt", "trousers", "pullover", "dress", "coat"],
    ...["sandal", "shirt", "sneaker", "bag", "ankle boot"],
  ],
  systemFolders: ["/usr/share/datasets/fashion-mnist"],
};

/**
 * Fashion-MNIST: 60,000 pictures of clothes to train on and 10,000 to test with, of ten kinds (Xiao, Rasul & Vollgraf
 * 2017; MIT licence, Zalando SE, https://github.com/zalandoresearch/fashion-mnist).
 *
 * Inputs: `[count, 28, 28]`, uint8 with scale 1/255, white on black. Targets: `[count]`, uint8, 0 … 9.
 * With `folder`, the files are read only from there. Without it they come from the folder of Debian's package
 * `dataset-fashion-mnist`, if it is installed, else from the cache folder, into which missing ones are downloaded
 * (31 MB, resumable, with pinned SHA-256).
 *
 * Throws {@link FileError} as {@link mnist} does.
 *
 * @example
 * const { train, test } = await fashionMnist();
 * train.classNames; // ["T-shirt", "trousers", …]
 */
export const fashionMnist = (options: MnistOptions = {}): Promise<{ train: Dataset; test: Dataset }> =>
  loadIdxRelease(release, options);
