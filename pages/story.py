"""Home: the finding, the night on one clock, what is known and what is not."""

from components.workbench.controls import choose_story, control_bar
from components.workbench.notices import explained_failures
from components.workbench.parts.live_updates import show_updating
from components.workbench.parts.prose import show_claims, show_headline, show_known, show_moment, show_status_so_far
from components.workbench.parts.source_list import show_source_list
from components.workbench.show_chart import show_chart
from components.workbench.visitor_address import current_view

with explained_failures():
    story = choose_story()
    show_headline(story, current_view(story)[0])
    view = control_bar(story, moment=True)
    show_updating(
        story,
        view,
        show_status_so_far,
        lambda story, view: show_chart(story, "timeline", view.whole),
        show_moment,
        show_known,
        show_claims,
        lambda story, _: show_source_list(story, folded=True),
    )
