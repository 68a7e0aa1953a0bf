"""The pages that are open at once: as many as this machine can hold, and no more."""

MOST_PAGES = 64
"""Pages that are open at once, at most. Each holds what it shows."""


def has_room(kernel: str) -> bool:
    """Tell if a page may be opened: one that is open already, or one more. Pages left behind make room for it."""
    from solara.server import kernel_context

    if kernel in kernel_context.contexts or len(kernel_context.contexts) < MOST_PAGES:
        return True
    for page in list(kernel_context.contexts.values()):
        status = page.page_status.values()
        if status and kernel_context.PageStatus.CONNECTED not in status and not page.closed_event.is_set():
            page.close(reason="cull")
    return len(kernel_context.contexts) < MOST_PAGES
