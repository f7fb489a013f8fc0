package kernels

// The constants of the kernels that whoever launches them must know too. The .cu and
// .cuh files define them under the same names in snake case, marked HOST_CONSTANT, and
// a test compares all of them with the values in PTX.
const (
	// WarpSize is the number of threads of a warp.
	WarpSize = 32

	// ElementsPerThread is the number of neighbouring elements that a thread takes in a
	// kernel that works element by element, and in split_scale.
	ElementsPerThread = 4

	// MaxClasses is the largest number of classes of classifier, classifier_sgd and
	// two_layer_sgd: a thread keeps a number for each.
	MaxClasses = 16

	// SlabCols by SlabLanes is the block of bias_gradient and bias_sgd_step, which sums
	// the rows of SlabCols columns with SlabLanes threads per column.
	SlabCols  = 32
	SlabLanes = 16

	// CrossEntropyThreads is the block of cross_entropy, which takes CrossEntropyRows
	// rows: one per warp.
	CrossEntropyThreads = 256
	CrossEntropyRows    = 8

	// ClassifierThreads is the block of classifier, which takes one row.
	ClassifierThreads = 128

	// ClassifierSlab by ClassifierLanes is the block of classifier_sgd, which takes
	// ClassifierSlab inputs of the layer with ClassifierLanes threads each.
	ClassifierSlab  = 32
	ClassifierLanes = 8

	// SplitThreads is the block of split_scale.
	SplitThreads = 256

	// SplitScales is how many float32 numbers split_scale writes to scales: two for each
	// of two products, then the scale of the split numbers.
	SplitScales = 5

	// TwoLayerThreads is the block of two_layer_sgd.
	TwoLayerThreads = 512

	// TwoLayerRows is the largest batch of two_layer_sgd.
	TwoLayerRows = 128

	// TwoLayerMinUnits and TwoLayerMaxUnits are the two numbers of hidden units that a
	// block of two_layer_sgd may have.
	TwoLayerMinUnits = 4
	TwoLayerMaxUnits = 8

	// TwoLayerExchange is the size in bytes of the exchange of two_layer_sgd, without the
	// parts of the logits: 4 bytes for each row, block and class.
	TwoLayerExchange = 9736
)

// TwoLayerSharedBytes returns the dynamic shared memory in bytes of a block of
// two_layer_sgd that has the given number of hidden units, for a batch of images of `in`
// pixels, a multiple of 4: the first layer's weights, gradients of the hidden units, the
// last layer's parameters, and twice the space for the images or whatever takes their
// place. It is Slice::bytes in two_layer.cuh.
func TwoLayerSharedBytes(rows, in, units int) int {
	const warps = TwoLayerThreads / WarpSize
	images := 4 * rows * (in/4 | 1)
	parts := 4 * rows * units * warps
	last := 4 * max(rows*(units+MaxClasses), (warps+1)*MaxClasses)
	scratch := (max(images, parts, last) + 15) / 16 * 16
	return 4*in*units + 4*rows*units + 4*(units+1)*MaxClasses + 4*units + 2*scratch
}
