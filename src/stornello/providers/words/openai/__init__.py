"""Words by OpenAI or any server that speaks its API (Ollama, vLLM, LM Studio, LocalAI, llama.cpp)."""

from stornello.providers.words.openai.lyricist import OpenAILyricist, build

__all__ = ["OpenAILyricist", "build"]
