package onnx

// Numbers of the fields that this package writes, by message, and of the types.
//
// Source: onnx/onnx.proto of the ONNX project.
const (
	modelIRVersion = 1 // ModelProto
	modelProducer  = 2
	modelGraph     = 7
	modelOpset     = 8

	opsetDomain       = 1 // OperatorSetIdProto
	opsetVersionField = 2

	graphNode        = 1 // GraphProto
	graphName        = 2
	graphInitializer = 5
	graphInput       = 11
	graphOutput      = 12

	nodeInput     = 1 // NodeProto
	nodeOutput    = 2
	nodeName      = 3
	nodeOp        = 4
	nodeAttribute = 5

	attributeName  = 1 // AttributeProto
	attributeInt   = 3
	attributeType  = 20
	attributeIsInt = 2 // AttributeProto.AttributeType

	tensorDims = 1 // TensorProto
	tensorType = 2
	tensorName = 8
	tensorRaw  = 9

	valueName = 1 // ValueInfoProto
	valueType = 2

	typeTensor        = 1 // TypeProto
	tensorTypeElement = 1 // TypeProto.Tensor
	tensorTypeShape   = 2

	shapeDim = 1 // TensorShapeProto
	dimValue = 1 // TensorShapeProto.Dimension
	dimName  = 2

	typeFloat = 1 // TensorProto.DataType
	typeUint8 = 2
)
