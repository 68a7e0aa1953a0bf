"""The essays whose words declarations quote, each cited once by author, title and year."""

FENG = "Feng Kaidong, “Development path of new quality productive forces” (2024)"
"""The argument under test."""

ZHANG = (
    "Zhang Laiming, “Accelerating the Development of New Quality Productive Forces with a Focus on High-Quality "
    "Development” (2024)"
)
GAN_LIU = "Gan Chunhui & Liu Liang, “New quality productive forces to modernize industrial system” (2024)"
KROEBER = (
    "Arthur R. Kroeber, “Unleashing ‘new quality productive forces’: China’s strategy for technology-led growth” (2024)"
)
CHINA_BRIEFING = "China Briefing, “China’s New Quality Productive Forces: An Explainer” (2024)"
