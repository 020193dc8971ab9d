"""Les pannes propres au DMP, par leur nom ; celles du transport sont communes à tous les services."""

from __future__ import annotations

from simulators.dmp.appel import Appel
from simulators.dmp.erreurs import Refus
from simulators.socle.pannes import Panne

# Pannes qui sont un refus pur : nom → (clé de la table des erreurs, détail, opérations concernées).
_REFUS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "certificat_invalide": ("certificat_invalide", "certificat révoqué.", ()),
    "vihf_expire": ("vihf_expire", "horloges décalées.", ()),
    "vihf_refuse": ("vihf_non_signe", "refus simulé.", ()),
    "specialite_absente": ("specialite_absente", "", ()),
    "structure_inconnue": ("structure_inconnue", "", ()),
    "ps_structure_non_lies": ("ps_structure_non_lies", "", ()),
    "acces_refuse": ("acces_refuse", "refus simulé.", ()),
    "identifiant_deja_pris": ("identifiant_deja_pris", "refus simulé", ("TD2.1",)),
    "auteur_non_lie": ("auteur_non_lie", "", ("TD2.1",)),
    "document_deja_remplace": ("document_deja_remplace", "refus simulé", ("TD2.1",)),
    "entrepot_occupe": ("entrepot_occupe", "", ("TD2.1", "TD3.2")),
    "registre_occupe": ("registre_occupe", "", ("TD2.1", "TD3.1", "TD3.3")),
    "trop_de_resultats": ("trop_de_resultats", "réduisez la recherche", ("TD3.1",)),
    "conflit_de_version": ("version_perimee", "une version plus récente existe", ("TD3.3",)),
}
_DESCRIPTIONS = {
    "certificat_invalide": "Faute DMPInvalidCertificate, comme pour un certificat révoqué.",
    "vihf_expire": "Le VIHF est jugé hors délai (horloges décalées).",
    "vihf_refuse": "La signature du VIHF est refusée.",
    "specialite_absente": "Le VIHF est jugé sans spécialité.",
    "structure_inconnue": "La structure est jugée introuvable ou inactive.",
    "ps_structure_non_lies": "Le professionnel est jugé non lié à la structure.",
    "acces_refuse": "Le service des droits refuse l'accès.",
    "identifiant_deja_pris": "L'uniqueId est déclaré déjà présent, rien n'est enregistré.",
    "auteur_non_lie": "L'auteur est déclaré sans lien avec le VIHF.",
    "document_deja_remplace": "La cible du remplacement est déclarée inactive.",
    "entrepot_occupe": "L'entrepôt répond qu'il est occupé.",
    "registre_occupe": "Le registre répond qu'il est occupé.",
    "trop_de_resultats": "La recherche dépasse le nombre de résultats admis.",
    "conflit_de_version": "La version de métadonnées annoncée est déclarée périmée.",
}
PANNES: tuple[Panne, ...] = (
    Panne("dossier_absent", "Le patient n'a pas de DMP (NF à TD0.2)."),
    Panne("dossier_ferme", "Le DMP du patient est fermé."),
    Panne("professionnel_bloque", "Le patient a bloqué le professionnel."),
    Panne("autorisation_expiree", "L'autorisation du professionnel a expiré."),
    Panne("autorisation_absente", "Le professionnel n'a pas d'autorisation."),
    Panne("opposition_bris_de_glace", "Le patient s'oppose au bris de glace."),
    Panne("documents_masques", "Tous les documents sont cachés à l'appelant."),
    Panne("succes_partiel", "Un seul des documents demandés est rendu (ITI-43, PartialSuccess)."),
    Panne("reponse_mtom", "Réponse multipart à un appel qui ne l'était pas."),
    Panne("sans_relates_to", "La réponse ne porte pas RelatesTo."),
    Panne(
        "erreur",
        "Refus au choix dans la table des erreurs.",
        {
            "cle": "clé de la table des erreurs",
            "detail": "texte ajouté au message",
            "code": "code, s'il est hors table",
        },
    ),
    *(Panne(nom, _DESCRIPTIONS[nom]) for nom in _REFUS),
)


def refus_joue(appel: Appel) -> Refus | None:
    """Refus imposé par la panne en cours, s'il y en a un."""
    if appel.panne is None:
        return None
    if appel.panne.nom == "erreur":
        parametres = appel.panne.parametres
        cle = str(parametres.get("cle", "")) or _cle_du_code(appel, str(parametres.get("code", "")))
        return Refus(cle, str(parametres.get("detail", "")))
    trouve = _REFUS.get(appel.panne.nom)
    return Refus(trouve[0], trouve[1]) if trouve else None


def pannes_de(operation: str) -> tuple[str, ...]:
    """Noms des pannes propres qui ont un sens pour cette opération."""
    return tuple(
        panne.nom
        for panne in PANNES
        if not (cibles := _REFUS.get(panne.nom, ("", "", ()))[2]) or any(operation.startswith(c) for c in cibles)
    )


def _cle_du_code(appel: Appel, code: str) -> str:
    ligne = appel.table.par_code(code)
    return ligne.cle if ligne else "erreur_registre"
