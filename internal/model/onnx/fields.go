package onnx

// Numbers of the fields that this package writes and reads, by message, and of the types.
//
// Source: onnx/onnx.proto of the ONNX project.
const (
	modelIRVersion = 1 // ModelProto
	modelProducer  = 2
	modelGraph     = 7
	modelOpset     = 8
	modelMetadata  = 14

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
	nodeDomain    = 7

	attributeName   = 1 // AttributeProto
	attributeFloat  = 2
	attributeInt    = 3
	attributeTensor = 5
	attributeFloats = 7
	attributeType   = 20
	attributeIsInt  = 2 // AttributeProto.AttributeType

	tensorDims     = 1 // TensorProto
	tensorType     = 2
	tensorFloats   = 4
	tensorInts     = 5
	tensorName     = 8
	tensorRaw      = 9
	tensorDoubles  = 10
	tensorExternal = 13
	tensorLocation = 14
	isExternal     = 1 // TensorProto.DataLocation

	entryKey   = 1 // StringStringEntryProto
	entryValue = 2

	valueName = 1 // ValueInfoProto
	valueType = 2

	typeTensor        = 1 // TypeProto
	tensorTypeElement = 1 // TypeProto.Tensor
	tensorTypeShape   = 2

	shapeDim = 1 // TensorShapeProto
	dimValue = 1 // TensorShapeProto.Dimension
	dimName  = 2

	typeFloat    = 1 // TensorProto.DataType
	typeUint8    = 2
	typeBool     = 9
	typeFloat16  = 10
	typeDouble   = 11
	typeBFloat16 = 16
)
