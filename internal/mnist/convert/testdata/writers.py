"""Writes the images of DIR, as raw arrays, with the libraries that people use.

usage: writers.py DIR LIBRARY

DIR has train.u8 and test.u8 with images of 28x28, and train.labels and test.labels. The
files go into folders of DIR; the name of each one is printed when it is complete.
"""

import os
import sys

import numpy as np

DIR, LIBRARY = sys.argv[1:]
X = np.fromfile(f"{DIR}/train.u8", np.uint8).reshape(-1, 28, 28)
Y = np.fromfile(f"{DIR}/train.labels", np.uint8).astype(np.int64)
VX = np.fromfile(f"{DIR}/test.u8", np.uint8).reshape(-1, 28, 28)
VY = np.fromfile(f"{DIR}/test.labels", np.uint8).astype(np.int64)
FLAT = X.reshape(len(X), -1)


def folder(name):
    """Returns the path of a new folder."""
    path = f"{DIR}/{name}"
    os.makedirs(path)
    return path


def numpy():
    np.savez(folder("savez") + "/mnist.npz", x_train=X, y_train=Y, x_test=VX, y_test=VY)
    yield "savez", True
    np.savez_compressed(folder("compressed") + "/mnist.npz", x_train=X, y_train=Y, x_test=VX, y_test=VY)
    yield "compressed", True
    np.savez(folder("fortran") + "/a.npz", x=np.asfortranarray(X / 255), y=Y)
    yield "fortran", False
    np.savez(folder("big-endian") + "/a.npz", x=X.astype(">f4"), y=Y.astype(">i4"))
    yield "big-endian", False
    np.savez(folder("half") + "/a.npz", x=X.astype(np.float16), y=Y)
    yield "half", False
    np.savez(folder("bool") + "/a.npz", x=X, y=np.eye(10)[Y].astype(bool))
    yield "bool", False
    np.savetxt(folder("savetxt") + "/a.txt", np.column_stack([Y, FLAT]))
    yield "savetxt", False
    np.savetxt(folder("savetxt-gz") + "/a.csv.gz", np.column_stack([Y, FLAT]), delimiter=",", fmt="%d")
    yield "savetxt-gz", False


def pandas():
    import pandas as pd

    bare = pd.DataFrame(np.column_stack([Y, FLAT]))
    named = pd.DataFrame(FLAT, columns=[f"pixel{i}" for i in range(784)])
    named["class"] = Y
    for name, frame, options in [
        ("bare", bare, {}),
        ("bare-without-index", bare, {"index": False}),
        ("bare-alone", bare, {"index": False, "header": False}),
        ("named", named, {}),
        ("named-floats", named.astype(float), {"index": False}),
        ("named-semicolons", named.astype(float), {"sep": ";", "decimal": ",", "index": False}),
        ("named-tabs", named, {"sep": "\t", "compression": "gzip"}),
    ]:
        frame.to_csv(folder(name) + "/a.csv", **options)
        yield name, False


def pyarrow():
    import io

    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq
    from PIL import Image

    def png(image):
        b = io.BytesIO()
        Image.fromarray(image).save(b, "PNG")
        return b.getvalue()

    def pictures(images, labels):
        struct = [{"bytes": png(x), "path": None} for x in images]
        return pa.table({"image": pa.array(struct, pa.struct([("bytes", pa.binary()), ("path", pa.string())])), "label": labels})

    where = folder("struct/data")
    pq.write_table(pictures(X, Y), where + "/train-00000-of-00001.parquet", row_group_size=17)
    pq.write_table(pictures(VX, VY), where + "/test-00000-of-00001.parquet")
    yield "struct", True
    pq.write_table(pa.table({"x": [png(x) for x in X], "y": Y}), folder("binary") + "/a.parquet")
    yield "binary", False
    for name, kind in ("uint8", pa.uint8()), ("int64", pa.int64()), ("float", pa.float32()):
        lists = pa.array([list(map(float if name == "float" else int, x)) for x in FLAT], pa.list_(kind))
        pq.write_table(pa.table({"label": Y, "image": lists}), folder(f"list-{name}") + "/a.parquet", row_group_size=23)
        yield f"list-{name}", False
    pq.write_table(pa.table({"label": Y, "image": lists}), folder("list-item") + "/a.parquet", use_compliant_nested_type=False)
    yield "list-item", False
    fixed = pa.FixedSizeListArray.from_arrays(pa.array(FLAT.ravel()), 784)
    pq.write_table(pa.table({"label": Y, "image": fixed}), folder("list-fixed") + "/a.parquet")
    yield "list-fixed", False
    nested = pa.array(X.tolist(), pa.list_(pa.list_(pa.uint8())))
    pq.write_table(pa.table({"label": Y, "image": nested}), folder("list-nested") + "/a.parquet", data_page_size=3000)
    yield "list-nested", False
    tensor = pa.FixedShapeTensorArray.from_numpy_ndarray(X)
    pq.write_table(pa.table({"label": Y, "image": tensor}), folder("tensor") + "/a.parquet")
    yield "tensor", False
    frame = pd.DataFrame(FLAT, columns=[f"pixel{i}" for i in range(784)])
    frame.insert(300, "label", Y)
    frame.to_parquet(folder("columns") + "/a.parquet", index=True)
    yield "columns", False


def datasets():
    from datasets import Array2D, ClassLabel, Dataset, Features, Image, Value

    names = [str(i) for i in range(10)]
    features = Features({"image": Image(), "label": ClassLabel(names=names)})
    where = folder("hub")
    Dataset.from_dict({"image": list(X), "label": Y}, features=features).to_parquet(where + "/train-00000-of-00001.parquet")
    Dataset.from_dict({"image": list(VX), "label": VY}, features=features).to_parquet(where + "/test-00000-of-00001.parquet")
    yield "hub", True
    features = Features({"image": Array2D((28, 28), "uint8"), "label": Value("int32")})
    Dataset.from_dict({"image": X, "label": Y}, features=features).to_parquet(folder("array2d") + "/a.parquet")
    yield "array2d", False


def sklearn():
    from sklearn.datasets import dump_svmlight_file

    for name, zero_based in ("from-0", True), ("from-1", False):
        where = folder(name)
        dump_svmlight_file(FLAT.astype(float), Y, where + "/mnist", zero_based=zero_based)
        dump_svmlight_file(VX.reshape(len(VX), -1).astype(float), VY, where + "/mnist.t", zero_based=zero_based)
        yield name, True
    dump_svmlight_file(FLAT / 255, Y, folder("scaled") + "/a.svm", comment="scaled")
    yield "scaled", False


def arff():
    import arff as liac

    names = [(f"pixel{i + 1}", "INTEGER") for i in range(784)]
    rows = [list(map(int, x)) + [str(y)] for x, y in zip(FLAT, Y)]
    table = {"relation": "mnist_784", "attributes": names + [("class", [str(i) for i in range(10)])], "data": rows}
    with open(folder("dense") + "/a.arff", "w") as f:
        liac.dump(table, f)
    yield "dense", False
    table["data"] = [{i: v for i, v in enumerate(row) if v not in (0, "0")} for row in rows]
    with open(folder("sparse") + "/a.arff", "w") as f:
        liac.dump(table, f)
    yield "sparse", False


def PIL():
    from PIL import Image

    for kind, options in ("png", {}), ("bmp", {}), ("tiff", {}), ("webp", {"lossless": True}):
        root = folder(kind)
        for part, images, labels in ("train", X, Y), ("test", VX, VY):
            for i, (x, y) in enumerate(zip(images, labels)):
                os.makedirs(f"{root}/{part}/{y}", exist_ok=True)
                Image.fromarray(x).save(f"{root}/{part}/{y}/{i:03}.{kind}", **options)
        yield kind, True


for name, parts in globals()[LIBRARY]():
    print(name, "parts" if parts else "one", flush=True)
