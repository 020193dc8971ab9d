"""La personne devant son navigateur : ce qu'elle ouvre, ce qu'elle voit, ce qu'elle répond.

`navigateur` : l'interface, la même en HTTP et dans un vrai Chromium. `pages` : lire une page. `http` : le navigateur
par défaut. `parcours` : demander une connexion, répondre à la mire, revenir dans le logiciel.
"""
