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
