package train

import (
	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

// session is a run in its folder, from its start or from where it was stopped to its
// results.
type session struct {
	io          *ui.IO
	v           *settings.Values
	b           backend.Backend
	data        *mnist.Dataset
	fingerprint settings.Fingerprint
	*folder
}
