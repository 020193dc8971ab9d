"""Le petit écran du logiciel témoin : les mêmes fonctions, pilotées par une personne dans un navigateur, sans API.

    python -m steps contrat --sortie contrat.json
    python -m simulators.logiciel_temoin --environnement env.json --ecran --contrat contrat.json

`GET /` demande quel compte agit (cookie `labo_compte`), puis range les fonctions par sujet. `GET /fonctions/<action>`
est un formulaire ; son envoi mène à `/resultats/<n>`, gardé jusqu'à la fin du programme.

Un champ porte le chemin de ce qu'il remplit : `name="identite.nom_naissance"`, `name="analyses.0.code"`. « Ajouter une
ligne » (`name="_ajouter"`, de valeur le chemin de la liste) rend le formulaire avec une ligne de plus. `<chemin>@nul`,
coché, dit « sans valeur » ; `<chemin>@vide`, un texte donné mais vide ; `<chemin>@fichier` prend un fichier à la place
du texte. D'une valeur que le contrat laisse libre, `<chemin>@type` dit la nature et `<chemin>` le texte (`json` : liste
ou objet) ; `<chemin>@autres` reçoit, en JSON, les champs qu'un objet n'a pas. Un champ facultatif vide n'est pas donné.

À l'arrivée, `[data-resultat]` porte l'issue (`fait`, `refuse`, `echec`, `non_gere`), chaque `#messages li` un message,
et chaque élément `[data-chemin][data-type]` une valeur : `texte`, `nombre`, `booleen` (Oui, Non), `nul`, `vide`,
`liste_vide`, `objet_vide`. Le texte de l'élément est la valeur, au caractère près ; un fichier se télécharge, et sa
forme base64 se recopie. Une saisie qui ne se lit pas rend le formulaire rempli, statut 422, faute dite près du champ.
"""

from simulators.logiciel_temoin.ecran.serveur import ServeurEcran

__all__ = ["ServeurEcran"]
