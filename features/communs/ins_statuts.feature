# language: fr
Fonctionnalité: Statuts, attributs et verrous de l'identité
  Une identité est provisoire, récupérée, validée ou qualifiée ; douteuse ou fictive, elle redevient provisoire.

  @INS/va1.54.01
  Scénario: Une identité validée puis récupérée d'INSi devient qualifiée
    Étant donné les justificatifs à haut niveau de confiance paramétrés
    Et la validation automatique de l'identité désactivée
    Et un patient « Anaïs » connu d'INSi
    Et la fiche du patient « Anaïs » dans le logiciel
    Alors l'identité du patient « Anaïs » est au statut « identité provisoire »
    Quand l'agent d'accueil valide l'identité du patient « Anaïs » sur un passeport
    Alors l'identité du patient « Anaïs » est au statut « identité validée »
    Quand le professionnel récupère l'INS du patient « Anaïs » par ses traits
    Alors l'identité du patient « Anaïs » est au statut « identité qualifiée »
    Et les traits du patient « Anaïs » sont ceux rendus par INSi
    Et le passage de « identité provisoire » à « identité validée » du patient « Anaïs » par l'agent d'accueil est historisé
    Et le passage de « identité validée » à « identité qualifiée » du patient « Anaïs » par le professionnel est historisé

  @INS/va1.54.02
  Scénario: Une identité récupérée d'INSi puis validée devient qualifiée
    Étant donné les justificatifs à haut niveau de confiance paramétrés
    Et la validation automatique de l'identité désactivée
    Et un patient « Basile » connu d'INSi
    Et la fiche du patient « Basile » dans le logiciel
    Alors l'identité du patient « Basile » est au statut « identité provisoire »
    Quand le professionnel récupère l'INS du patient « Basile » par ses traits
    Alors l'identité du patient « Basile » est au statut « identité récupérée »
    Et les traits du patient « Basile » sont ceux rendus par INSi
    Quand l'agent d'accueil valide l'identité du patient « Basile » sur un passeport
    Alors l'identité du patient « Basile » est au statut « identité qualifiée »
    Et le passage de « identité provisoire » à « identité récupérée » du patient « Basile » par le professionnel est historisé
    Et le passage de « identité récupérée » à « identité qualifiée » du patient « Basile » par l'agent d'accueil est historisé

  @INS/va1.23.01
  Scénario: La nature du justificatif est renseignée
    Étant donné les justificatifs à haut niveau de confiance paramétrés
    Et un patient « Cyriaque » connu d'INSi
    Et la fiche du patient « Cyriaque » dans le logiciel
    Quand l'agent d'accueil renseigne le justificatif « carte_vitale » du patient « Cyriaque »
    Alors le justificatif du patient « Cyriaque » est « carte_vitale »
    Quand l'agent d'accueil renseigne le justificatif « passeport » du patient « Cyriaque »
    Alors le justificatif du patient « Cyriaque » est « passeport »

  @INS/va1.26.01
  Scénario: Le site paramètre les justificatifs et leur niveau de confiance
    # Le texte officiel s'arrête au paramétrage ; le banc regarde aussi son effet, si le logiciel valide de lui-même.
    Étant donné la validation automatique de l'identité activée, si le logiciel la propose
    Et un patient « Dominique » connu d'INSi
    Et la fiche du patient « Dominique » dans le logiciel
    Et un patient « Daphné » connu d'INSi
    Et la fiche du patient « Daphné » dans le logiciel
    Quand l'administrateur paramètre les justificatifs
      | nature           | libellé            | haut niveau de confiance |
      | titre_sejour     | Titre de séjour    | oui                      |
      | livret_famille   | Livret de famille  | non                      |
    Alors les justificatifs paramétrés sont ceux relus
    Quand l'agent d'accueil renseigne le justificatif « livret_famille » du patient « Dominique »
    Alors l'identité du patient « Dominique » n'a pas été validée d'elle-même
    Quand l'agent d'accueil renseigne le justificatif « titre_sejour » du patient « Daphné »
    Alors l'identité du patient « Daphné » a été validée d'elle-même, si le logiciel le propose

  @INS/va1.55.01
  Scénario: L'utilisateur valide l'identité lui-même
    Étant donné les justificatifs à haut niveau de confiance paramétrés
    Et la validation automatique de l'identité désactivée
    Et un patient « Elie » connu d'INSi
    Et la fiche du patient « Elie » dans le logiciel
    Quand l'agent d'accueil renseigne le justificatif « passeport » du patient « Elie »
    Et l'agent d'accueil valide l'identité du patient « Elie »
    Alors la validation manuelle du patient « Elie » aboutit

  @INS/va1.55.02
  Scénario: Un justificatif à haut niveau de confiance peut valider l'identité de lui-même
    Étant donné les justificatifs à haut niveau de confiance paramétrés
    Et la validation automatique de l'identité activée
    Et un patient « Flore » connu d'INSi
    Et la fiche du patient « Flore » dans le logiciel
    Quand l'agent d'accueil renseigne le justificatif « carte_vitale » du patient « Flore »
    Alors l'identité du patient « Flore » est au statut « identité provisoire »
    Quand l'agent d'accueil renseigne le justificatif « passeport » du patient « Flore »
    Alors l'identité du patient « Flore » est au statut « identité validée »

  @INS/va1.33.01
  Scénario: La validation automatique peut être désactivée
    # Contrôle positif : le même justificatif valide l'identité tant que l'automatisme est actif.
    Étant donné les justificatifs à haut niveau de confiance paramétrés
    Et la validation automatique de l'identité activée
    Et un patient « Gladys » que le justificatif « passeport » a validé de lui-même
    Et un patient « Gwenn » connu d'INSi
    Et la fiche du patient « Gwenn » dans le logiciel
    Quand l'administrateur désactive la validation automatique de l'identité
    Et l'agent d'accueil renseigne le justificatif « passeport » du patient « Gwenn »
    Alors le justificatif du patient « Gwenn » est « passeport »
    Et l'identité du patient « Gwenn » n'a pas été validée d'elle-même

  @INS/va1.18.01
  Scénario: Les traits stricts d'une identité récupérée sont verrouillés
    # Contrôle positif : le super utilisateur, lui, modifie un de ces traits.
    Étant donné un patient « Hermine » dont le statut est « identité récupérée »
    Quand l'agent d'accueil essaie de modifier un à un les traits stricts du patient « Hermine »
    Alors aucun trait strict du patient « Hermine » n'a changé
    Quand le super utilisateur remplace le nom de naissance du patient « Hermine » par « DELAUNAY »
    Alors le nom de naissance du patient « Hermine » est devenu « DELAUNAY »

  @INS/va1.18.02
  Scénario: Les traits stricts d'une identité qualifiée sont verrouillés
    # Contrôle positif : le super utilisateur, lui, modifie un de ces traits.
    Étant donné un patient « Ismaël » dont le statut est « identité qualifiée »
    Quand l'agent d'accueil essaie de modifier un à un les traits stricts du patient « Ismaël »
    Alors aucun trait strict du patient « Ismaël » n'a changé
    Quand le super utilisateur remplace le nom de naissance du patient « Ismaël » par « VERNIER »
    Alors le nom de naissance du patient « Ismaël » est devenu « VERNIER »

  @INS/va1.47.01
  Scénario: Le verrou d'une identité récupérée se voit
    Étant donné tous les champs d'identité affichés
    Et un patient « Jade » dont le statut est « identité récupérée »
    Et un patient « Joris » dont le statut est « identité provisoire »
    Quand l'agent d'accueil ouvre la fiche du patient « Jade »
    Alors les traits stricts sont montrés comme verrouillés
    Quand l'agent d'accueil ouvre la fiche du patient « Joris »
    Alors les traits saisissables sont montrés comme modifiables

  @INS/va1.47.02
  Scénario: Le verrou d'une identité qualifiée se voit
    Étant donné tous les champs d'identité affichés
    Et un patient « Kim » dont le statut est « identité qualifiée »
    Et un patient « Kenza » dont le statut est « identité provisoire »
    Quand l'agent d'accueil ouvre la fiche du patient « Kim »
    Alors les traits stricts sont montrés comme verrouillés
    Quand l'agent d'accueil ouvre la fiche du patient « Kenza »
    Alors les traits saisissables sont montrés comme modifiables

  @INS/va1.48.01
  Scénario: Les traits complémentaires d'une identité récupérée restent modifiables
    Étant donné un patient « Lila » dont le statut est « identité récupérée »
    Quand l'agent d'accueil remplace les traits complémentaires du patient « Lila »
      | champ          | valeur     |
      | nom utilisé    | SAINT-JUST |
      | prénom utilisé | LILI       |
      | téléphone      | 0199000001 |
    Alors les traits complémentaires du patient « Lila » ont pris ces valeurs
    Et l'identité du patient « Lila » est au statut « identité récupérée »

  @INS/va1.48.02
  Scénario: Les traits complémentaires d'une identité qualifiée restent modifiables
    Étant donné un patient « Malo » dont le statut est « identité qualifiée »
    Quand l'agent d'accueil remplace les traits complémentaires du patient « Malo »
      | champ          | valeur     |
      | nom utilisé    | D'ORVAL    |
      | prénom utilisé | MAL        |
      | téléphone      | 0199000002 |
    Alors les traits complémentaires du patient « Malo » ont pris ces valeurs
    Et l'identité du patient « Malo » est au statut « identité qualifiée »

  @INS/va1.44.01.01
  Scénario: Une identité qualifiée marquée douteuse ou fictive redevient provisoire
    # Le texte officiel demande le statut ; le banc vérifie aussi l'attribut, le retrait de l'INS (règle 27) et
    # l'historique (règle 21, énoncé de l'exigence).
    Étant donné un patient « Nadège » dont le statut est « identité qualifiée »
    Et un patient « Norbert » dont le statut est « identité qualifiée »
    Quand le professionnel pose l'attribut « douteux » au patient « Nadège »
    Et le professionnel pose l'attribut « fictif » au patient « Norbert »
    Alors le patient « Nadège », marqué « douteux », est redevenu provisoire sans matricule INS
    Et le patient « Norbert », marqué « fictif », est redevenu provisoire sans matricule INS
    Et le passage de « identité qualifiée » à « identité provisoire » du patient « Nadège » par le professionnel est historisé

  @INS/va1.44.01.02
  Scénario: Une identité récupérée marquée douteuse ou fictive redevient provisoire
    Étant donné un patient « Octave » dont le statut est « identité récupérée »
    Et un patient « Ophélie » dont le statut est « identité récupérée »
    Quand l'agent d'accueil pose l'attribut « douteux » au patient « Octave »
    Et l'agent d'accueil pose l'attribut « fictif » au patient « Ophélie »
    Alors le patient « Octave », marqué « douteux », est redevenu provisoire sans matricule INS
    Et le patient « Ophélie », marqué « fictif », est redevenu provisoire sans matricule INS
    Et le passage de « identité récupérée » à « identité provisoire » du patient « Octave » par l'agent d'accueil est historisé

  @INS/va1.44.01.03
  Scénario: Une identité validée marquée douteuse ou fictive redevient provisoire
    Étant donné un patient « Perrine » dont le statut est « identité validée »
    Et un patient « Placide » dont le statut est « identité validée »
    Quand le professionnel pose l'attribut « douteux » au patient « Perrine »
    Et le professionnel pose l'attribut « fictif » au patient « Placide »
    Alors le patient « Perrine », marqué « douteux », est redevenu provisoire sans matricule INS
    Et le patient « Placide », marqué « fictif », est redevenu provisoire sans matricule INS
    Et le passage de « identité validée » à « identité provisoire » du patient « Placide » par le professionnel est historisé
