package exchange

import (
	"fmt"
	"strconv"
	"strings"

	"mnistgpu/internal/mnist/form"
	"mnistgpu/internal/model"
	"mnistgpu/internal/model/onnx"
)

// Python returns a short program that loads m from a file of the given format and
// name, and computes the probabilities (N, classes) of images.
func Python(m *model.Model, f Format, file string) string {
	name := strconv.Quote(file)
	images := fmt.Sprintf("images = np.zeros((1, %d, %d), np.uint8)  # %s\n", m.Height, m.Width, map[form.Background]string{
		form.Dark: "0 is background, 255 is ink", form.Light: "255 is background, 0 is ink", form.Mixed: "0 is black, 255 is white",
	}[m.Form.Background])
	scale := strconv.FormatFloat(m.PixelScale, 'g', -1, 64)
	switch f {
	case ONNX:
		return "# pip install numpy onnxruntime\n" +
			"import numpy as np\nimport onnxruntime\n\n" +
			"session = onnxruntime.InferenceSession(" + name + ")\n" + images +
			fmt.Sprintf("probabilities, = session.run([%q], {%q: images})\n", onnx.Output, onnx.Input)
	case Safetensors:
		return "# pip install numpy safetensors\n" +
			"import numpy as np\nfrom safetensors.numpy import load_file\n\n" +
			"model = load_file(" + name + ")\n" + images + inverted(m) +
			numpyForward(m, "np.float32("+scale+")")
	case NPZ:
		return "# pip install numpy\n" +
			"import numpy as np\n\n" +
			"model = np.load(" + name + ")\n" + images +
			numpyForward(m, `np.float32(model["pixel_scale"])`)
	case PyTorch:
		return "# pip install numpy torch safetensors\n" +
			"import numpy as np\nimport torch\nfrom safetensors.torch import load_file\n\n" +
			"network = " + sequential(m) + "\n" +
			"network.load_state_dict(load_file(" + name + "))\n" + images +
			"pixels = torch.from_numpy(images).flatten(1) * " + scale + "\n" +
			"probabilities = network(pixels).softmax(1).detach().numpy()\n"
	}
	panic("exchange: Python for an unknown format")
}

// inverted is a line for networks that take images inverted, or nothing.
func inverted(m *model.Model) string {
	if m.Form.Background != form.Light {
		return ""
	}
	return "images = 255 - images\n"
}

// numpyForward returns the lines that compute the probabilities with NumPy alone.
func numpyForward(m *model.Model, scale string) string {
	last := len(m.Tensors)/2 - 1
	hidden := ""
	if last > 0 {
		hidden = fmt.Sprintf("for i in range(%d):\n", last) +
			`    x = np.maximum(x @ model[f"layers.{i}.weight"] + model[f"layers.{i}.bias"], 0)` + "\n"
	}
	return "x = images.reshape(len(images), -1) * " + scale + "\n" + hidden +
		fmt.Sprintf("x = x @ model[\"layers.%d.weight\"] + model[\"layers.%d.bias\"]\n", last, last) +
		"e = np.exp(x - x.max(1, keepdims=True))\n" +
		"probabilities = e / e.sum(1, keepdims=True)\n"
}

// sequential is the network as a PyTorch expression.
func sequential(m *model.Model) string {
	var modules []string
	for i := 0; i < len(m.Tensors); i += 2 {
		shape := m.Tensors[i].Shape
		modules = append(modules, fmt.Sprintf("torch.nn.Linear(%d, %d)", shape[0], shape[1]))
	}
	return "torch.nn.Sequential(\n    " + strings.Join(modules, ", torch.nn.ReLU(),\n    ") + ")"
}
