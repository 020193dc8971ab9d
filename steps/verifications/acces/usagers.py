"""Règles des comptes d'usagers : inscription, identité, modification, attributs enregistrés."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.acces.connexions import Connexion
from steps.verifications.acces.contexte import REM, Compte, egal, en_texte
from steps.verifications.acces.coordonnees import MessageVu
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_INSCRIPTION = REM.format("SSI/IE.44, scénario SSI/IE.44.01")
_PROFESSIONNEL = REM.format("SSI/IE.45, scénario SSI/IE.45.01")
_MODIFICATION = REM.format("SSI/IE.47, scénario SSI/IE.47.01")
_ATTRIBUTS = REM.format("SSI/IE.48, scénario SSI/IE.48.01")
MOYENS_ADMIS = frozenset({"franceconnect", "franceconnect_plus", "apcv", "piece_identite", "pvid"})
"""Moyens que l'exigence nomme ; tout autre doit montrer des garanties équivalentes."""
ATTRIBUTS = {
    "matricule_ins": "matricule INS",
    "nom_naissance": "nom de naissance",
    "prenoms_naissance": "prénoms de naissance",
    "sexe": "genre",
    "date_naissance": "date de naissance",
    "code_lieu_naissance": "lieu de naissance",
}
"""Les six attributs que l'exigence demande d'enregistrer."""


def _regle(numero: str, titre: str, source: str, a_faire: str, confiance: Confiance = Confiance.OFFICIELLE) -> Regle:
    return Regle(f"ACC-USA-{numero}", titre, source, confiance, a_faire)


R_SANS_VERIFICATION = _regle(
    "01", "Un usager ne s'inscrit pas sans vérification de son identité", _INSCRIPTION,
    "N'ouvrez le compte qu'une fois l'identité vérifiée.",
)  # fmt: skip
R_MOYENS = _regle(
    "02", "Les moyens de vérification d'identité proposés sont de ceux que l'exigence admet", _INSCRIPTION,
    "Proposez FranceConnect (+), l'ApCV, une pièce d'identité contrôlée ou un PVID ; justifiez tout autre moyen.",
)  # fmt: skip
R_ECHOUEE = _regle(
    "03", "Une vérification d'identité qui échoue n'ouvre pas de compte", _INSCRIPTION,
    "Refusez l'inscription tant que la vérification n'a pas abouti.",
)  # fmt: skip
R_INSCRIT = _regle(
    "04", "Le compte créé après vérification porte l'identité de l'usager", _INSCRIPTION,
    "Créez le compte avec les attributs vérifiés, et gardez le moyen de vérification.",
)  # fmt: skip
R_PAR_PS = _regle(
    "05", "Le compte créé par un professionnel porte les attributs et le matricule INS qu'il a saisis", _PROFESSIONNEL,
    "Laissez le professionnel saisir l'identité et le matricule INS, et gardez-les tels quels.",
)  # fmt: skip
R_ANNONCE = _regle(
    "06", "L'usager inscrit par un professionnel en est informé", _PROFESSIONNEL,
    "Envoyez à l'usager un message qui annonce son compte et lui permet de se connecter.",
)  # fmt: skip
R_CONNECTE = _regle(
    "07", "L'usager inscrit se connecte à son compte", REM.format("SSI/IE.44 et SSI/IE.45"),
    "Une fois son identité et ses coordonnées vérifiées, l'usager doit pouvoir se connecter.",
)  # fmt: skip
R_ATTRIBUTS = _regle(
    "08", "Les six attributs minimaux d'un usager sont enregistrés", _ATTRIBUTS,
    "Enregistrez matricule INS, nom de naissance, prénoms de naissance, genre, date et lieu de naissance.",
)  # fmt: skip
R_MODIFICATION_CONTROLEE = _regle(
    "09", "Un attribut d'identité ne change pas sans une vérification comparable à celle de l'inscription",
    _MODIFICATION, "Refusez la modification tant que l'identité n'a pas été vérifiée de nouveau.",
)  # fmt: skip
R_MODIFICATION_FAITE = _regle(
    "10", "Une modification d'identité vérifiée est enregistrée", _MODIFICATION,
    "Appliquez la modification une fois l'identité vérifiée.",
)  # fmt: skip


@verification(R_SANS_VERIFICATION, R_ECHOUEE)
def inscription_refusee(
    cree: bool, connexion: Connexion | None, quoi: str, dit: str, *, echouee: bool, controle: str
) -> Constat:
    """Aucun compte, ou un compte que rien n'ouvre ; `controle` : l'inscription vérifiée qui, elle, a abouti."""
    regle = R_ECHOUEE if echouee else R_SANS_VERIFICATION
    if not controle:
        return regle.sans_objet("aucune inscription vérifiée n'a abouti : le refus ne prouve rien")
    inutile = not cree or (connexion is not None and not connexion.ouverte)
    return juger(
        regle, inutile, f"{quoi} : le compte s'ouvre", attendu="refus, ou compte que rien n'ouvre",
        recu=f"{dit} ; {connexion.recu if connexion else 'connexion non essayée'}", ou="inscription",
    )  # fmt: skip


@verification(R_MOYENS)
def moyens_admis(proposes: Sequence[str]) -> Constat:
    """Chaque moyen proposé est nommé par l'exigence ; les autres sont à justifier."""
    if not proposes:
        return R_MOYENS.a_regarder("le logiciel ne montre pas les moyens qu'il propose : donnez-en la liste")
    autres = sorted(set(proposes) - MOYENS_ADMIS)
    if autres:
        return R_MOYENS.a_regarder(
            f"moyens que l'exigence ne nomme pas : {', '.join(autres)} ; montrez leurs garanties équivalentes",
            recu=", ".join(proposes), ou="inscription",
        )  # fmt: skip
    return R_MOYENS.respectee(recu=", ".join(proposes), ou="inscription")


@verification(R_INSCRIT)
def compte_inscrit(compte: Compte | None, moyen: str, identite: Mapping[str, Any], dit: str) -> Constat:
    """Le compte relu porte l'identité saisie et, s'il montre un moyen de vérification, celui qui a été présenté."""
    if compte is None:
        return R_INSCRIT.enfreinte(
            "le compte n'existe pas après une vérification réussie", attendu=f"compte vérifié par {moyen}",
            recu=dit or "aucun compte", ou="compte",
        )  # fmt: skip
    # L'exigence impose la vérification, non d'en garder le moyen : un compte qui le tait ne l'enfreint pas.
    garde = {"moyen": compte.get("verification_identite")} if compte.get("verification_identite") else {}
    voulus = {**({"moyen": moyen} if garde else {}), **identite}
    return _comparer(
        R_INSCRIT, {**garde, **_lus(compte, identite)}, voulus, "le compte inscrit n'est pas celui attendu"
    )


@verification(R_PAR_PS)
def compte_par_professionnel(compte: Compte | None, identite: Mapping[str, Any], dit: str) -> Constat:
    """Le compte relu porte chaque attribut saisi par le professionnel."""
    if compte is None:
        return R_PAR_PS.enfreinte(
            "un professionnel ne peut pas inscrire l'usager", attendu="compte créé", recu=dit, ou="compte"
        )
    return _comparer(R_PAR_PS, _lus(compte, identite), identite, "le compte ne porte pas ce que le PS a saisi")


@verification(R_ANNONCE)
def compte_annonce(messages: Sequence[MessageVu], adresse: str) -> Constat:
    """Un message est arrivé à l'usager depuis la création de son compte ; sans code ni lien, une personne le lit."""
    if messages and not any(m.secrets for m in messages):
        return R_ANNONCE.a_regarder(
            "le message ne porte ni code ni lien : montrez comment il permet à l'usager de se connecter",
            recu=" ; ".join(f"« {m.objet} »" for m in messages), ou="relais de courriels",
            echanges=tuple(m.numero for m in messages if m.numero is not None),
        )  # fmt: skip
    return juger(
        R_ANNONCE, bool(messages), "l'usager n'a reçu aucun message", attendu=f"un message à {adresse}",
        recu=" ; ".join(f"« {m.objet} »" for m in messages) or "aucun message", ou="relais de courriels",
        echanges=tuple(m.numero for m in messages if m.numero is not None),
    )  # fmt: skip


@verification(R_CONNECTE)
def usager_connecte(connexion: Connexion) -> Constat:
    """La session de l'usager s'ouvre."""
    return juger(
        R_CONNECTE, connexion.ouverte, "l'usager inscrit ne peut pas se connecter", attendu="session ouverte",
        recu=connexion.recu, ou="connexion",
    )  # fmt: skip


@verification(R_ATTRIBUTS)
def attributs_enregistres(comptes: Sequence[tuple[str, Compte | None, Mapping[str, Any]]]) -> list[Constat]:
    """Pour chaque usager (nom, compte relu, identité saisie), les six attributs ont leur valeur."""
    if len(comptes) < 2:
        return [R_ATTRIBUTS.sans_objet("il faut deux usagers pour voir que les valeurs ne sont pas constantes")]
    constats = []
    for nom, compte, identite in comptes:
        voulus = {champ: identite.get(champ) for champ in ATTRIBUTS}
        constats.append(
            _comparer(
                R_ATTRIBUTS, _lus(compte or {}, voulus), voulus, f"« {nom} » : attributs absents ou différents",
                noms=ATTRIBUTS,
            )
        )  # fmt: skip
    return constats


@verification(R_MODIFICATION_CONTROLEE)
def modification_refusee(avant: object, apres: object, demande: str, quoi: str, dit: str, *, controle: bool) -> Constat:
    """Sans vérification, ou avec une vérification qui échoue, la valeur reste celle d'avant."""
    if not controle:
        return R_MODIFICATION_CONTROLEE.sans_objet("la modification vérifiée n'aboutit pas non plus")
    return juger(
        R_MODIFICATION_CONTROLEE, egal(apres, avant) or not egal(apres, demande),
        f"l'identité a changé {quoi}", attendu=en_texte(avant), recu=f"{en_texte(apres)} ({dit})",
        ou="identité de l'usager",
    )  # fmt: skip


@verification(R_MODIFICATION_FAITE)
def modification_faite(apres: object, demande: str, dit: str) -> Constat:
    """Après vérification, la nouvelle valeur se lit."""
    return juger(
        R_MODIFICATION_FAITE, egal(apres, demande), "la modification vérifiée n'est pas enregistrée", attendu=demande,
        recu=f"{en_texte(apres)} ({dit})", ou="identité de l'usager",
    )  # fmt: skip


def _lus(compte: Compte, voulus: Mapping[str, Any]) -> dict[str, Any]:
    identite: Mapping[str, Any] = compte.get("identite") or {}
    return {champ: identite.get(champ) for champ in voulus}


def _comparer(
    regle: Regle,
    recus: Mapping[str, Any],
    voulus: Mapping[str, Any],
    message: str,
    noms: Mapping[str, str] | None = None,
) -> Constat:
    noms = noms or {}
    faux = [champ for champ, voulu in voulus.items() if not egal(recus.get(champ), voulu)]
    retenus = faux or list(voulus)

    def dire(valeurs: Mapping[str, Any]) -> str:
        return " ; ".join(f"{noms.get(champ, champ)} {en_texte(valeurs.get(champ))}" for champ in retenus)

    return juger(regle, not faux, message, attendu=dire(voulus), recu=dire(recus), ou="compte de l'usager")
