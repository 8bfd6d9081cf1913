// Every operator new and delete that wrap.c leads to Panamem.
#include <cstdio>
#include <new>

extern "C" size_t panamem_usable_size(const void *block);

static bool ours(const void *block) {
  return panamem_usable_size(block) > 0;
}

int main() {
  int *one = new int(1);
  int *many = new int[100];
  int *quiet = new (std::nothrow) int(2);
  int *quiet_many = new (std::nothrow) int[100];
  if (!ours(one) || !ours(many) || !ours(quiet) || !ours(quiet_many)) {
    std::fputs("operators.cpp: a block is not Panamem's\n", stderr);
    return 1;
  }
  delete one;
  delete[] many;
  ::operator delete(quiet);
  ::operator delete[](quiet_many, std::nothrow);
  std::puts("operators");
  return 0;
}
