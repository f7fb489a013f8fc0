// Streams, events in them, and graphs of what a stream records.

#include "world.h"

using namespace sim;

namespace {

// destroy drops the object of a handle.
template <typename T>
CUresult destroy(void *handle) {
	if (find<T>(handle) == nullptr)
		return CUDA_ERROR_INVALID_HANDLE;
	world.objects.erase(handle);
	return CUDA_SUCCESS;
}

}  // namespace

CUresult cuStreamCreate(CUstream *stream, unsigned) {
	return call(context, [&] {
		*stream = add<CUstream>(std::make_unique<Stream>());
		return CUDA_SUCCESS;
	});
}

CUresult cuStreamDestroy(CUstream stream) {
	return call(context, [&] {
		const CUresult result = drain();
		const CUresult destroyed = destroy<Stream>(stream);
		return result ? result : destroyed;
	});
}

CUresult cuStreamSynchronize(CUstream stream) {
	return call(no_record, [&] { return find<Stream>(stream) ? drain() : CUDA_ERROR_INVALID_HANDLE; });
}

CUresult cuStreamQuery(CUstream stream) {
	return call(no_record, [&] { return find<Stream>(stream) ? poll() : CUDA_ERROR_INVALID_HANDLE; });
}

CUresult cuEventCreate(CUevent *event, unsigned) {
	return call(context, [&] {
		*event = add<CUevent>(std::make_unique<Event>());
		return CUDA_SUCCESS;
	});
}

CUresult cuEventDestroy(CUevent event) {
	return call(context, [&] { return destroy<Event>(event); });
}

CUresult cuEventRecord(CUevent handle, CUstream stream) {
	return call(no_record, [&] {
		Event *event = find<Event>(handle);
		if (event == nullptr)
			return CUDA_ERROR_INVALID_HANDLE;
		const auto done = event->done = std::make_shared<bool>(false);
		return enqueue(stream, [done] {
			*done = true;
			return CUDA_SUCCESS;
		}, 0);
	});
}

CUresult cuEventQuery(CUevent handle) {
	return call(no_record, [&] {
		const Event *event = find<Event>(handle);
		return event ? poll(event->done.get()) : CUDA_ERROR_INVALID_HANDLE;
	});
}

CUresult cuStreamBeginCapture(CUstream handle, CUstreamCaptureMode) {
	return call(no_record, [&] {
		Stream *stream = find<Stream>(handle);
		if (stream == nullptr)
			return CUDA_ERROR_INVALID_HANDLE;
		stream->recording = std::make_shared<std::vector<Work>>();
		stream->spoilt = false;
		world.recorder = stream;
		return CUDA_SUCCESS;
	});
}

CUresult cuStreamEndCapture(CUstream handle, CUgraph *graph) {
	return call(context, [&] {
		*graph = nullptr;
		Stream *stream = find<Stream>(handle);
		if (stream == nullptr || !stream->recording)
			return CUDA_ERROR_ILLEGAL_STATE;
		auto made = std::make_unique<Graph>();
		made->nodes = std::move(stream->recording);
		stream->recording = nullptr;
		world.recorder = nullptr;
		if (stream->spoilt)
			return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
		*graph = add<CUgraph>(std::move(made));
		return CUDA_SUCCESS;
	});
}

CUresult cuGraphInstantiateWithFlags(CUgraphExec *exec, CUgraph handle, unsigned long long) {
	return call(context, [&] {
		const Graph *graph = find<Graph>(handle);
		if (graph == nullptr)
			return CUDA_ERROR_INVALID_HANDLE;
		auto made = std::make_unique<ExecGraph>();
		made->nodes = graph->nodes;
		*exec = add<CUgraphExec>(std::move(made));
		return CUDA_SUCCESS;
	});
}

CUresult cuGraphLaunch(CUgraphExec handle, CUstream stream) {
	return call(no_record, [&] {
		const ExecGraph *exec = find<ExecGraph>(handle);
		if (exec == nullptr)
			return CUDA_ERROR_INVALID_HANDLE;
		return enqueue(stream, [nodes = exec->nodes] {
			for (const Work &node : *nodes)
				if (const CUresult code = node())
					return code;
			return CUDA_SUCCESS;
		}, exec->nodes->size());
	});
}

CUresult cuGraphDestroy(CUgraph graph) {
	return call(context, [&] { return destroy<Graph>(graph); });
}

CUresult cuGraphExecDestroy(CUgraphExec exec) {
	return call(context, [&] { return destroy<ExecGraph>(exec); });
}
