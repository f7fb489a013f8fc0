# Reads each FOLDER/N.safetensors, prints what is in it as JSON, and writes it as
# FOLDER/N.back.safetensors: there_and_back.py FOLDER
import hashlib, json, pathlib, sys
from safetensors import safe_open
from safetensors.numpy import save_file

files = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.safetensors")):
    with safe_open(path, framework="numpy") as f:
        metadata = f.metadata()
        tensors = {name: f.get_tensor(name) for name in f.keys()}
    save_file(tensors, path.with_suffix(".back.safetensors"), metadata=metadata)
    files[path.name] = {
        "metadata": metadata,
        "tensors": {
            name: [t.dtype.str, list(t.shape), hashlib.sha256(t.tobytes()).hexdigest()]
            for name, t in tensors.items()
        },
    }
print(json.dumps(files))
