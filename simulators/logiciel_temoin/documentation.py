"""Documentation utilisateur consultable dans le logiciel."""

from __future__ import annotations

SUPPRESSION_DMP = (
    "Supprimer un document du DMP",
    "\n".join(
        [
            "Quand l'employer : un document a été envoyé par erreur (mauvais document, mauvais patient), ou le patient "
            "demande son retrait.",
            "1. Ouvrez le dossier du patient, onglet « Documents ».",
            "2. Repérez le document : la colonne « DMP » indique « Envoyé » et la date d'envoi.",
            "3. Choisissez « Supprimer du DMP » dans le menu du document, puis confirmez.",
            "4. Le logiciel recherche le document dans le DMP, puis en demande la suppression (transaction TD3.3c). "
            "Aucune autorisation d'accès au DMP du patient n'est nécessaire.",
            "5. La colonne « DMP » passe à « Supprimé ». En cas de refus, le code et le message du DMP s'affichent ; "
            "le document reste « Envoyé » et l'opération peut être reprise.",
            "La suppression est tracée (date, heure, utilisateur). Le document reste dans le dossier du laboratoire.",
            "Seuls les documents déposés par le laboratoire peuvent être supprimés. Pour corriger un compte rendu, "
            "validez plutôt une nouvelle version : elle remplace la précédente dans le DMP.",
        ]
    ),
)

DEPUBLICATION_KOS = (
    "Supprimer du DMP la référence d'un examen d'imagerie",
    "\n".join(
        [
            "Quand l'employer : un examen a été publié par erreur (mauvais examen, mauvais patient), ou le patient "
            "demande son retrait.",
            "1. Dans le RIS, ouvrez le compte rendu de l'examen et choisissez « Dépublier » : un message de "
            "suppression part vers la DRIMbox.",
            "2. La DRIMbox retrouve la référence (KOS) de l'examen que ce compte rendu a fait publier, puis en demande "
            "la suppression au DMP (transaction TD3.3c), sans autre geste. Les autres examens ne changent pas.",
            "3. En cas de refus du DMP, l'administrateur de la DRIMbox reçoit une alerte, avec l'étude et la raison.",
        ]
    ),
)
