package serve

import (
	"net/http"
	"strconv"
)

// unitInfo is the response to GET /v1/units/{unit}: the weights of a unit of the first
// hidden layer, which show what it looks for.
type unitInfo struct {
	Model   string    `json:"model"` // its version
	Unit    int       `json:"unit"`
	Bias    float32   `json:"bias"`
	Weights []float32 `json:"weights"` // of the pixels, row-major
}

func (s *Server) unitWeights(w http.ResponseWriter, r *http.Request) {
	n := s.network.Load()
	if n == nil {
		problemf(http.StatusServiceUnavailable, noModel).write(w)
		return
	}
	units := 0
	if len(n.info.Layers) > 2 {
		units = n.info.Layers[1]
	}
	i, err := strconv.ParseUint(r.PathValue("unit"), 10, 31)
	if err != nil || int(i) >= units {
		problemf(http.StatusNotFound, "there is no such unit: the first hidden layer has %d", units).write(w)
		return
	}
	writeJSON(w, n.unit(int(i)))
}

func (n *network) unit(i int) unitInfo {
	weight, bias := n.model.Tensors[0], n.model.Tensors[1]
	u := unitInfo{Model: n.info.Version, Unit: i, Bias: bias.Values[i]}
	for pixel := range weight.Shape[0] {
		u.Weights = append(u.Weights, weight.Values[pixel*weight.Shape[1]+i])
	}
	return u
}
