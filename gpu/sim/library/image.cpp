#include "image.h"

#include <elf.h>
#include <string.h>

namespace sim {

namespace {

const unsigned machine_cuda = 190;

// section returns the header with that index.
const Elf64_Shdr &section(const Elf64_Ehdr &file, size_t i) {
	return ((const Elf64_Shdr *)((const char *)&file + file.e_shoff))[i];
}

// kernels_of names the kernels of a cubin: its global functions.
std::vector<std::string> kernels_of(const Elf64_Ehdr &file) {
	std::vector<std::string> names;
	for (size_t i = 0; i < file.e_shnum; i++) {
		const Elf64_Shdr &s = section(file, i);
		if (s.sh_type != SHT_SYMTAB)
			continue;
		const char *strings = (const char *)&file + section(file, s.sh_link).sh_offset;
		const Elf64_Sym *symbols = (const Elf64_Sym *)((const char *)&file + s.sh_offset);
		for (size_t k = 0; k < s.sh_size / sizeof *symbols; k++)
			if (symbols[k].st_info == ELF64_ST_INFO(STB_GLOBAL, STT_FUNC))
				names.push_back(strings + symbols[k].st_name);
	}
	return names;
}

}  // namespace

CUresult read_image(const void *image, std::string &text) {
	if (memcmp(image, ELFMAG, SELFMAG) != 0) {
		text = (const char *)image;
		return text.find(".version") == std::string::npos ? CUDA_ERROR_INVALID_PTX : CUDA_SUCCESS;
	}
	const Elf64_Ehdr &file = *(const Elf64_Ehdr *)image;
	if (world.control->no_cubins || file.e_machine != machine_cuda || (file.e_flags & 0xff) != compute())
		return CUDA_ERROR_NO_BINARY_FOR_GPU;
	text.clear();
	for (const std::string &name : kernels_of(file))
		text += ".entry " + name + "(\n";
	return CUDA_SUCCESS;
}

}  // namespace sim
